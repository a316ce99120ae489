"""Every letter reads well in both languages and never shows what must stay sealed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gongzhi.cases import appealing, closing, dispatch, handling, narrowing, pausing, recovering, undoing
from gongzhi.cases.cards import Contact
from gongzhi.cases.intake import Received
from gongzhi.cases.models import Decision
from gongzhi.cases.tests import cast
from gongzhi.channels import delivering, reads, rendering, segments
from gongzhi.channels.gateways import Limits
from gongzhi.channels.models import Message
from gongzhi.places import keeping
from gongzhi.places.models import County

pytestmark = pytest.mark.usefixtures("county")
PARTS = {"link_line", "outcome_line", "rate_line", "appeal_line", "short_link", "short_rate"}
TEMPLATES = Path(__file__).parents[1] / "templates/cases/messages"


def everything(language: str, contact: Contact | None = None) -> Received:
    """A history in which every letter is written."""
    contact = contact or Contact("email", "lin@example.org")
    received = cast.say(language=language, contact=contact)
    dispatch.accept(**cast.turn("roads-1", received.case))
    handling.extend(**cast.turn("roads-head", received.case), reason_text="要等配件")
    handling.ask(**cast.turn("roads-1", received.case), question="几号门前？")
    handling.answer_question(by=received.voice.ref, at=cast.AT, voice=received.voice.id, words="8号")
    pausing.pause(**cast.turn("roads-head", received.case), reason="expert_opinion", text="请专家看")
    pausing.resume(**cast.turn("roads-head", received.case))
    narrowing.narrow(**cast.turn("roads-1", received.case), reason="personal_data", text="有邻居的名字")
    appeal = appealing.appeal(
        by=received.voice.ref,
        at=cast.AT,
        voice=received.voice.id,
        decision=Decision.objects.get(what="narrowed").pk,
        words="那是我自己",
    )
    turn = cast.turn("watch-1", received.case)
    appealing.answer_appeal(**turn, appeal=appeal.id, granted=True, public_text="已恢复")
    second = cast.say(language=language, contact=contact)
    dispatch.accept(**cast.turn("roads-1", second.case))
    closing.close(**cast.turn("roads-1", second.case), outcome="duplicate", duplicate_of=received.case.number)
    handling.answer(**cast.turn("roads-1", received.case), public_text="换了新井盖")
    closing.close(**cast.turn("roads-1", received.case), outcome="fixed")
    recovering.by_contact(at=cast.AT, kind=contact.kind, address=contact.address, language=language)
    card = cast.post("counter-1")
    recovering.at_counter(
        by=card.doer, at=cast.AT, post=card, number=received.voice.number, words=cast.WORDS, proof=contact.address
    )
    return received


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_letter_is_written_and_leads_to_her_page(language: str) -> None:
    received = everything(language)
    own = Message.objects.exclude(adapter="loudspeaker")
    letters = [rendering.render(message) for message in own]
    written = {message.template.rsplit("/", 1)[1] for message in own}
    assert written == {path.stem for path in TEMPLATES.glob("*.txt") if not path.stem.endswith(".short")} - PARTS
    for letter in letters:
        assert letter.subject
        assert letter.address == "lin@example.org"
        assert f"/{'en' if language == 'en' else 'zh'}/v/" in letter.text
        assert "{{" not in letter.text
        assert "%(" not in letter.text
    assert any(received.link_token in letter.text for letter in letters)


def test_chinese_letters_hold_no_english_sentence() -> None:
    everything("zh-hans")
    for message in Message.objects.exclude(adapter="loudspeaker"):
        letter = rendering.render(message)
        words = [line for line in letter.text.splitlines() if not line.startswith("http")]
        assert not any(word in " ".join(words) for word in (" the ", "Please", "page")), message.template


def test_context_in_the_row_holds_no_link() -> None:
    received = everything("zh-hans")
    assert not any(received.link_token in repr(message.context) for message in Message.objects.all())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_letter_fits_into_a_few_text_messages_and_a_stranger_reads_no_title_in_it(language: str) -> None:
    received = everything(language, Contact("phone", "13800138000"))
    own = Message.objects.exclude(adapter="loudspeaker")
    assert set(own.values_list("adapter", flat=True)) == {"sms"}
    written = {message.template.rsplit("/", 1)[1] for message in own}
    assert written == {path.stem.removesuffix(".short") for path in TEMPLATES.glob("*.short.txt")} - {"aired"}
    for message in own:
        text = rendering.render(message).text
        assert segments.parts(text, Limits()) <= (4 if language == "en" else 3), text
        assert received.case.title not in text
        assert received.case.title not in str(message.context)
        assert "{{" not in text
        assert "%(" not in text


def test_without_a_provider_a_phone_gets_its_letters_on_the_page(settings: Any) -> None:
    County.objects.update(practice=False)
    keeping.forget()
    received = cast.say(contact=Contact("phone", "13800138000"))
    closed(received)
    assert set(Message.objects.exclude(adapter="loudspeaker").values_list("adapter", flat=True)) == {"page"}


def closed(received: Received, outcome: str = "fixed") -> None:
    dispatch.accept(**cast.turn("roads-1", received.case))
    closing.answer_and_close(**cast.turn("roads-1", received.case), public_text="换了新井盖", outcome=outcome)


@pytest.mark.parametrize(
    ("public", "outcome", "told"),
    [(True, "fixed", 1), (True, "planned", 1), (True, "no_ground", 0), (True, "answered", 0), (False, "fixed", 0)],
)
def test_a_village_hears_what_was_put_right_and_nothing_of_who_said_it(public: bool, outcome: str, told: int) -> None:
    received = cast.say("东街8号张三家门口的井盖坏了", allows_public=public)
    closed(received, outcome)
    aired = Message.objects.filter(adapter="loudspeaker")
    assert aired.count() == told
    for message in aired:
        text = rendering.render(message).text
        assert "东街村：井盖" in text
        assert "县住建局" in text
        assert not any(part in text for part in ("张三", "8号", received.voice.number))


def test_a_notice_that_was_undone_is_never_read_out() -> None:
    received = cast.say(allows_public=True)
    closed(received)
    post = cast.post("roads-1")
    undoing.undo(by=post.doer, at=cast.AT, post=post, case=received.case.id)
    assert delivering.deliver_due(at=cast.later(minutes=5)).sent == 0
    assert reads.on_air(cast.VILLAGE, cast.later(minutes=6)) == []


def test_the_words_of_a_letter_are_forgotten_when_it_has_left() -> None:
    received = cast.say(contact=None)
    closed(received)
    assert delivering.deliver_due(at=cast.later(minutes=5)).sent
    assert list(Message.objects.filter(adapter="page").values_list("context", flat=True)) == [{}]
