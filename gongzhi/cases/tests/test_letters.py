"""Every letter reads well in both languages and never shows what must stay sealed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongzhi.cases import closing, dispatch, handling, recovering
from gongzhi.cases.intake import Received
from gongzhi.cases.tests import cast
from gongzhi.channels import rendering
from gongzhi.channels.models import Message

pytestmark = pytest.mark.usefixtures("county")
PARTS = {"link_line", "outcome_line", "rate_line"}
TEMPLATES = Path(__file__).parents[1] / "templates/cases/messages"


def everything(language: str) -> Received:
    """A history in which every letter is written."""
    received = cast.say(language=language)
    dispatch.accept(**cast.turn("roads-1", received.case))
    handling.extend(**cast.turn("roads-head", received.case), reason_text="要等配件")
    handling.ask(**cast.turn("roads-1", received.case), question="几号门前？")
    handling.answer_question(by=received.voice.ref, at=cast.AT, voice=received.voice.id, words="8号")
    second = cast.say(language=language)
    dispatch.accept(**cast.turn("roads-1", second.case))
    closing.close(**cast.turn("roads-1", second.case), outcome="duplicate", duplicate_of=received.case.number)
    handling.answer(**cast.turn("roads-1", received.case), public_text="换了新井盖")
    closing.close(**cast.turn("roads-1", received.case), outcome="fixed")
    recovering.by_contact(at=cast.AT, kind="email", address="lin@example.org", language=language)
    card = cast.post("counter-1")
    recovering.at_counter(
        by=card.doer, at=cast.AT, post=card, number=received.voice.number, words=cast.WORDS, proof="lin@example.org"
    )
    return received


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_letter_is_written_and_leads_to_her_page(language: str) -> None:
    received = everything(language)
    letters = [rendering.render(message) for message in Message.objects.all()]
    written = {message.template.rsplit("/", 1)[1] for message in Message.objects.all()}
    assert written == {path.stem for path in TEMPLATES.glob("*.txt")} - PARTS
    for letter in letters:
        assert letter.subject
        assert letter.address == "lin@example.org"
        assert f"/{'en' if language == 'en' else 'zh'}/v/" in letter.text
        assert "{{" not in letter.text
        assert "%(" not in letter.text
    assert any(received.link_token in letter.text for letter in letters)


def test_chinese_letters_hold_no_english_sentence() -> None:
    everything("zh-hans")
    for message in Message.objects.all():
        letter = rendering.render(message)
        words = [line for line in letter.text.splitlines() if not line.startswith("http")]
        assert not any(word in " ".join(words) for word in (" the ", "Please", "page")), message.template


def test_context_in_the_row_holds_no_link() -> None:
    received = everything("zh-hans")
    assert not any(received.link_token in repr(message.context) for message in Message.objects.all())
