"""The one-minute test: what needs a decision, how sure it is, and what happens without one."""

from __future__ import annotations

from tests.journeys.test_cockpit import planted

# Words of the trade that a page for leaders does not use.
JARGON = ("p 值", "p值", "置信", "显著性", "负二项", "泊松", "标准差", "方差", "残差", "假设检验", "CUSUM", "贝叶斯")


def test_in_one_minute_a_leader_reads_what_how_sure_and_what_happens_otherwise(signed_in, site):
    """Somebody who never saw statistics, on a phone in large letters; nothing but the first card is read."""
    address = planted(site)
    leader = signed_in("leader")
    leader.context.add_cookies([{"name": "mode", "value": "light-elder", "url": site.url}])
    leader.set_viewport_size({"width": 360, "height": 740})
    leader.goto("/zh/desk/cockpit/")
    card = leader.locator("#today li", has_text="收到 17 件").first  # what; other tests may have planted others
    card.wait_for()

    said, height = card.evaluate("card => [card.innerText, card.getBoundingClientRect().height]")  # at once: it is live
    assert "平常约 1.1 件" in said, "against what"
    assert "几乎确定" in said, "how sure, in a word"
    assert "单凭巧合不会这样" in said, "how sure, in a sentence"
    assert "怎么处理" in said, "what to do"
    assert "不作决定：各单位照常逐件办" in leader.inner_text("#today"), "what happens otherwise"
    assert height <= 740, "one card is one screen"

    for path in ("desk/cockpit/", address, "desk/findings/", "desk/cockpit/loads/", "desk/cockpit/briefing/"):
        leader.goto(f"/zh/{path}")
        words = leader.inner_text("main")
        assert [word for word in JARGON if word in words] == [], path
