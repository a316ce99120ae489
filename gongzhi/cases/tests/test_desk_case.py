"""A case on the desk: who sees it, two handlers at once, original words with a purpose, the printed file."""

from __future__ import annotations

import pytest

from gongzhi.cases.cards import Officer
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import accepted, fresh, signed_in, text, url
from gongzhi.people.models import Look

pytestmark = pytest.mark.usefixtures("county")


def test_the_case_tells_its_words_its_clock_and_its_matter() -> None:
    case = fresh()
    page = text(signed_in("roads-1").get(url("case", case)))
    assert "井盖坏了" in page
    assert "应在" in page
    assert "建议：" in page


def test_a_case_of_another_office_is_not_found() -> None:
    case = fresh()
    response = signed_in("water-1").get(url("case", case))
    assert response.status_code == 404
    assert case.number not in text(response)


def test_two_handlers_see_each_other() -> None:
    case = fresh()
    signed_in("roads-2").get(url("watchers", case))  # which the page asks for at once and every half minute
    assert url("watchers", case) in text(signed_in("roads-1").get(url("case", case)))
    page = text(signed_in("roads-1").get(url("watchers", case)))
    assert "roads-2岗" in page


def test_the_watcher_line_says_when_somebody_moved_meanwhile() -> None:
    case = fresh()
    asked = url("watchers", case) + f"?version={case.version - 1}"
    assert "notice-warn" in text(signed_in("roads-1").get(asked))
    assert "notice-warn" not in text(signed_in("roads-1").get(url("watchers", case) + f"?version={case.version}"))


def test_original_words_open_for_a_purpose_and_are_recorded() -> None:
    received = cast.say("我叫林小芳，电话13800138000，门口井盖坏了。")
    clerk = signed_in("roads-1")
    page = text(clerk.get(url("original", received.case)))
    assert "13800138000" not in page
    opened = clerk.post(url("original", received.case), {"voice": received.voice.id, "purpose": "contact"})
    assert "13800138000" in text(opened)
    assert Look.objects.count() == 1
    assert "联系" in text(clerk.get(url("looks")))


def test_original_words_stay_closed_without_a_purpose() -> None:
    received = cast.say("我叫林小芳，电话13800138000，门口井盖坏了。")
    response = signed_in("roads-1").post(url("original", received.case), {"voice": received.voice.id})
    assert response.status_code == 422
    assert "13800138000" not in text(response)
    assert not Look.objects.exists()


def test_original_words_of_another_case_do_not_open_here() -> None:
    case, other = fresh(), cast.say("我叫林小芳，电话13800138000，又一个井盖坏了。")
    response = signed_in("roads-1").post(url("original", case), {"voice": other.voice.id, "purpose": "contact"})
    assert "13800138000" not in text(response)


def test_the_case_file_has_the_course_and_no_contact() -> None:
    case = accepted()
    page = text(signed_in("roads-1").get(url("print", case)))
    assert "案卷" in page
    assert "lin@example.org" not in page


def test_similar_cases_close_by_are_offered() -> None:
    case, other = fresh(), fresh("东街又有一个井盖坏了，走路要小心。")
    page = text(signed_in("roads-1").get(url("nearby", case)))
    assert other.number in page


def test_a_voice_about_an_officer_is_seen_by_the_supervisor_only() -> None:
    about = Officer(post=cast.post("roads-1").id)
    case = cast.say("住建窗口的人态度恶劣，不理人。", officer=about, matter="conduct", allows_public=False).case
    assert case.number in text(signed_in("watch-1").get(url("officers")))
    clerk = signed_in("roads-1")
    assert clerk.get(url("case", case)).status_code == 404
    for page in (url("inbox") + "?queue=all", url("list"), url("list") + "?as=csv"):
        assert case.number not in text(clerk.get(page))


def test_the_supervisors_page_is_closed_to_others() -> None:
    assert signed_in("roads-1").get(url("officers")).status_code == 403
