"""E-mail becomes voices: real letters in a real Maildir, and everything a mailbox is full of besides."""

from __future__ import annotations

import io
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from PIL import Image

from gongzhi.cases import closing, dispatch, handling, mailing, mailing_parts
from gongzhi.cases.models import Case, Entry, Photo, Voice
from gongzhi.cases.tests import cast
from gongzhi.channels import delivering, mailboxes, outbox, rendering
from gongzhi.channels.models import Message
from gongzhi.channels.tests.mailserver import MailServer

pytestmark = pytest.mark.usefixtures("county")
LIN = "lin@example.org"
_count = iter(range(10**9))


@pytest.fixture(autouse=True)
def box(settings: Any, tmp_path: Path) -> Path:
    """An empty Maildir of the county, and a file store."""
    folder = tmp_path / "Maildir"
    for part in ("tmp", "new", "cur"):
        (folder / part).mkdir(parents=True)
    settings.MAILBOX, settings.FILES_DIR = f"maildir://{folder}", tmp_path / "files"
    settings.DEFAULT_FROM_EMAIL = "12345@lanting.example"
    return folder


def letter(words: str = "东街村的井盖坏了", subject: str = "井盖", **headers: str) -> EmailMessage:
    """A letter of Ms Lin."""
    mail = EmailMessage()
    base = {"From": f"Lin <{LIN}>", "To": "12345@lanting.example", "Message-ID": f"<m{next(_count)}@example.org>"}
    for name, value in (base | {"Subject": subject} | {key.replace("_", "-"): v for key, v in headers.items()}).items():
        mail[name] = value
    mail.set_content(words)
    return mail


def put(box: Path, mail: EmailMessage | bytes) -> None:
    raw = mail if isinstance(mail, bytes) else mail.as_bytes()
    (box / "new" / f"{next(_count):09}.test").write_bytes(raw)


def left(box: Path) -> int:
    return sum(len(list((box / part).iterdir())) for part in ("new", "cur"))


def picture(kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#486").save(out, kind)
    return out.getvalue()


# What a person wrote ---------------------------------------------------------------------------------------------
def test_a_letter_becomes_a_voice_is_answered_and_leaves_the_box(box: Path) -> None:
    put(box, letter())
    assert mailing.collect(at=cast.AT) == {"voice": 1}
    voice = Voice.objects.get()
    assert (voice.source, voice.contact_kind, voice.words) == ("mail", "email", "东街村的井盖坏了")
    assert voice.case.division == cast.VILLAGE
    assert not voice.case.public
    message = Message.objects.get(template="cases/messages/received")
    assert (outbox.address_of(message), left(box)) == (LIN, 0)


def test_the_same_message_id_again_is_the_same_voice(box: Path) -> None:
    mail = letter()
    for _ in range(3):
        put(box, mail)
    assert mailing.collect(at=cast.AT) == {"voice": 1, "again": 2}
    assert (Voice.objects.count(), left(box)) == (1, 0)


def test_a_subject_that_tells_more_stands_before_the_words(box: Path) -> None:
    put(box, letter("已经三天了。", "东街村的井盖坏了"))
    mailing.collect(at=cast.AT)
    assert Voice.objects.get().words == "东街村的井盖坏了\n已经三天了。"


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gb18030", "big5"])
def test_letters_of_old_programs_are_read_in_their_own_signs(box: Path, charset: str) -> None:
    mail = letter()
    mail.set_content("井蓋破了，很危險" if charset == "big5" else "井盖坏了，很危险", charset=charset)
    put(box, mail)
    mailing.collect(at=cast.AT)
    assert Voice.objects.get().words.endswith(("坏了，很危险", "破了，很危險"))


def test_a_page_of_html_is_read_as_its_reader_sees_it(box: Path) -> None:
    mail = letter(subject="井盖")
    mail.set_content(
        "<html><head><style>p{}</style><title>x</title></head><body><script>alert(1)</script>"
        "<p>东街村的<b>井盖</b>坏了</p><div>请尽快&amp;修</div></body></html>",
        subtype="html",
    )
    put(box, mail)
    mailing.collect(at=cast.AT)
    assert Voice.objects.get().words == "东街村的井盖坏了\n请尽快&修"


def test_pictures_are_cleaned_and_kept_and_what_is_none_is_said_to_be_left_out(box: Path) -> None:
    mail = letter()
    mail.add_attachment(picture(), maintype="image", subtype="jpeg", filename="a.jpg")
    mail.add_attachment(picture("PNG"), maintype="image", subtype="png", filename="b.png")
    mail.add_attachment(b"PK\x03\x04", maintype="image", subtype="jpeg", filename="zip.jpg")
    mail.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="x.exe")
    put(box, mail)
    mailing.collect(at=cast.AT)
    assert Photo.objects.filter(voice=Voice.objects.get()).count() == 2
    told = rendering.render(Message.objects.get(template="cases/messages/mails/noted")).text
    assert "2" in told


def test_a_sixth_picture_and_a_letter_too_large_to_read_are_refused_softly(box: Path, monkeypatch: Any) -> None:
    mail = letter()
    for _ in range(7):
        mail.add_attachment(picture(), maintype="image", subtype="jpeg")
    put(box, mail)
    assert mailing.collect(at=cast.AT) == {"voice": 1}
    assert Photo.objects.count() == 5
    monkeypatch.setattr(mailboxes, "LARGEST", 1000)
    put(box, letter("字" * 900))
    assert mailing.collect(at=cast.later(minutes=1)) == {"too_large": 1}
    assert left(box) == 0
    assert len(list((box / ".Refused" / "new").iterdir())) == 1


def test_words_of_danger_are_answered_with_the_numbers_to_call(box: Path) -> None:
    put(box, letter("我家着火了，快来人"))
    mailing.collect(at=cast.AT)
    assert Case.objects.get().urgent
    assert "119" in rendering.render(Message.objects.get(template="cases/messages/mails/noted")).subject


def test_words_too_long_are_answered_with_the_reason(box: Path) -> None:
    put(box, letter("字" * 10_001))
    assert mailing.collect(at=cast.AT) == {"refused": 1}
    told = rendering.render(Message.objects.get())
    assert "10004" in told.text.replace(",", "")
    assert not Voice.objects.exists()


# What answers a letter of ours -----------------------------------------------------------------------------------
def written() -> Voice:
    """A voice of Ms Lin, taken in hand."""
    received = cast.say()
    dispatch.accept(**cast.turn("roads-1", received.case))
    return received.voice


def newest() -> str:
    return str(Message.objects.order_by("-put_at", "-id")[0].id.hex)


def test_an_answer_to_our_letter_reaches_its_voice_by_the_id_only_its_reader_knows(box: Path) -> None:
    voice = written()
    handling.ask(**cast.turn("roads-1", voice.case), question="几号门前？")
    id = Message.objects.get(template="cases/messages/asked").id.hex
    words = "8号，电话13800138000\n\n在 2026年11月16日，兰亭县 <12345@lanting.example> 写道：\n> 几号门前？"
    other = letter(words, f"回复: {voice.number}", From="other@example.org", In_Reply_To=f"<{id}@lanting.example>")
    del other["From"]
    other["From"] = "other@example.org"
    put(box, other)
    assert mailing.collect(at=cast.later(minutes=9)) == {"added": 1}
    entry = Entry.objects.get(kind="resident_answered")
    assert entry.public_text.startswith("8号")
    assert "几号门前" not in entry.public_text
    assert "13800138000" not in entry.public_text
    assert Case.objects.get().state == "in_hand"


@pytest.mark.parametrize(("sender", "done"), [(LIN, "added"), ("stranger@example.org", "voice")])
def test_the_number_in_the_subject_counts_only_from_the_address_she_left(box: Path, sender: str, done: str) -> None:
    voice = written()
    mail = letter("现在更深了", f"Re: {voice.number} 的答复")
    mail.replace_header("From", sender)
    put(box, mail)
    assert mailing.collect(at=cast.later(minutes=9)) == {done: 1}
    assert Entry.objects.filter(kind="resident_answered").exists() is (done == "added")


def test_what_is_written_about_a_closed_case_is_a_voice_of_its_own(box: Path) -> None:
    voice = written()
    closing.answer_and_close(**cast.turn("roads-1", voice.case), public_text="修好了", outcome="fixed")
    put(box, letter("又坏了，请再看看", In_Reply_To=f"<{newest()}@lanting.example>"))
    assert mailing.collect(at=cast.later(days=2)) == {"voice": 1}
    assert Voice.objects.count() == 2


def test_an_id_that_was_never_ours_leads_nowhere(box: Path) -> None:
    put(box, letter(In_Reply_To="<" + "a" * 32 + "@lanting.example>", References="<x> <y@z>"))
    assert mailing.collect(at=cast.AT) == {"voice": 1}


# What is no letter of a person -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Auto_Submitted": "auto-replied"}, "automatic"),
        ({"Auto_Submitted": "auto-generated (rejected)"}, "automatic"),
        ({"X_Autoreply": "yes"}, "automatic"),
        ({"Precedence": "bulk"}, "bulk"),
        ({"List_Id": "<news.example.org>"}, "list"),
        ({"List_Unsubscribe": "<mailto:x@y>"}, "list"),
        ({"Return_Path": "<>"}, "bounce"),
    ],
)
def test_machines_are_put_aside_and_never_answered(box: Path, headers: dict[str, str], code: str) -> None:
    put(box, letter(**headers))
    assert mailing.collect(at=cast.AT) == {code: 1}
    assert not Voice.objects.exists()
    assert not Message.objects.exists()
    assert len(list((box / ".Refused" / "new").iterdir())) == 1


@pytest.mark.parametrize(
    ("sender", "code"),
    [
        ("MAILER-DAEMON@example.org", "daemon"),
        ("no-reply@shop.example", "daemon"),
        ("12345@lanting.example", "ourselves"),
        ("nobody", "nobody"),
        ("a@b", "nobody"),
    ],
)
def test_senders_that_nobody_reads_are_not_answered(box: Path, sender: str, code: str) -> None:
    mail = letter()
    mail.replace_header("From", sender)
    put(box, mail)
    assert mailing.collect(at=cast.AT) == {code: 1}
    assert not Message.objects.exists()


def test_a_person_who_says_that_no_machine_wrote_is_heard(box: Path) -> None:
    put(box, letter(Auto_Submitted="no"))
    assert mailing.collect(at=cast.AT) == {"voice": 1}


def test_a_letter_of_ours_sent_back_by_a_real_server_is_no_voice(box: Path, settings: Any) -> None:
    """What we send is marked so that two such counties never write to each other without end."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    written()
    with MailServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        delivering.deliver_due(at=cast.later(minutes=1))
    put(box, server.letters[0])
    assert mailing.collect(at=cast.later(minutes=2)) in ({"automatic": 1}, {"ourselves": 1})


REPORT = """From: MAILER-DAEMON@example.org
To: 12345@lanting.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; lin@example.org
Action: {action}
Status: 5.1.1
--b
Content-Type: message/rfc822

Message-ID: <{id}@lanting.example>
Subject: x

x
--b--
"""


@pytest.mark.parametrize(("action", "reported"), [("failed", "undelivered"), ("delayed", "")])
def test_a_report_that_our_letter_did_not_arrive_is_noted_with_the_letter(
    box: Path, settings: Any, action: str, reported: str
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    written()
    with MailServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        delivering.deliver_due(at=cast.later(minutes=1))
    message = Message.objects.get(adapter="email")
    put(box, REPORT.format(action=action, id=message.id.hex).encode())
    mailing.collect(at=cast.later(minutes=5))
    message.refresh_from_db()
    assert message.reported == reported
    assert Voice.objects.count() == 1


# Crowds and rubbish -----------------------------------------------------------------------------------------------
def test_a_flood_from_one_address_waits_in_the_box_and_others_go_on(box: Path) -> None:
    for _ in range(mailing.AN_HOUR + 3):
        put(box, letter())
    other = letter("南山村没有水")
    other.replace_header("From", "wang@example.org")
    put(box, other)
    assert mailing.collect(at=cast.AT) == {"voice": mailing.AN_HOUR + 1, "later": 3}
    assert left(box) == 3
    assert mailing.collect(at=cast.later(minutes=61)) == {"voice": 3}


@given(st.binary(max_size=3000))
@given_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    mail = mailing_parts.read(b"From: a@b.cn\nContent-Type: multipart/mixed; boundary=x\n" + raw, ours="c@d.cn")
    assert isinstance(mail.words, str)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n\n",
        b"From: =?utf-8?b?##?= <a@b.cn>\nSubject: =?x?q?\xff?=\nContent-Type: text/plain; charset=tlh\n\nhi there",
        b"From: a@b.cn\nContent-Type: " + b"multipart/mixed; boundary=a\n\n--a\nContent-Type: " * 400,
        b"From: a@b.cn\n" + b"X: y\n" * 20_000 + b"\nhello",
        b"From: a@b.cn\nDate: " + b"9" * 5000 + b"\nMessage-ID: <" + b"<" * 3000 + b"\n\nhello",
    ],
)
def test_rubbish_never_stops_the_letters_behind_it(box: Path, raw: bytes) -> None:
    put(box, raw)
    put(box, letter())
    assert mailing.collect(at=cast.AT)["voice"] >= 1
    assert left(box) == 0


def test_a_mailbox_that_is_not_there_is_no_fault(settings: Any, tmp_path: Path) -> None:
    for box in (f"maildir://{tmp_path}/nothing", "imap://a:b@127.0.0.1:1/INBOX"):
        settings.MAILBOX = box
        assert mailing.collect(at=cast.AT) == {}


def test_only_a_line_nobody_can_listen_to_is_used(settings: Any) -> None:
    from django.core.exceptions import ImproperlyConfigured

    for box in ("imap://a:b@mail.example/INBOX", "pop3://x", "maildir:"):
        settings.MAILBOX = box
        with pytest.raises(ImproperlyConfigured):
            mailing.collect(at=cast.AT)
