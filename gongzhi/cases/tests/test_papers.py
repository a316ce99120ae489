"""Paper: what is printed is read and checked by other programs, and an address is opened for a written purpose."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from gongzhi.cases import closing, dispatch, papers
from gongzhi.cases.cards import Contact
from gongzhi.cases.intake import Received
from gongzhi.cases.models import Case
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, text, url
from gongzhi.channels import delivering, paper
from gongzhi.channels.models import Message
from gongzhi.kit import moments
from gongzhi.ledger import commands, keys
from gongzhi.ledger.models import Fact

pytestmark = pytest.mark.usefixtures("county")
ADDRESS = "兰亭镇东街村8号 李大爷 收"
needs_paper = pytest.mark.skipif(bool(paper.missing()), reason="the extra pdf (typst) or a Chinese font is missing")


def by_post(**more: Any) -> Received:
    return cast.say(contact=Contact("post", ADDRESS), **more)


def run(folder: Path, *command: str) -> str:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def read(pdf: bytes, folder: Path) -> str:
    """The words of a PDF as another program reads them."""
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler-utils is not installed")
    (folder / "x.pdf").write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", "-layout", "x.pdf", "-"], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


def codes(pdf: bytes, folder: Path) -> list[str]:
    """The QR codes of a PDF, drawn as pixels and read by another program."""
    if shutil.which("zbarimg") is None or shutil.which("pdftoppm") is None:
        pytest.skip("zbar-tools or poppler-utils is not installed")
    (folder / "x.pdf").write_bytes(pdf)
    run(folder, "pdftoppm", "-r", "200", "-png", "x.pdf", "page")
    pages = sorted(str(path) for path in folder.glob("page*.png"))
    done = subprocess.run(
        ["zbarimg", "--quiet", "--raw", *pages], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.split("\n")


def receipt_pdf(received: Received, width: str = "a4", language: str = "zh-hans") -> bytes:
    link = f"https://lanting.example/zh/v/{received.link_token}/"
    return papers.receipt(token=received.link_token, link=link, at=cast.AT, language=language, width=width)


@needs_paper
@pytest.mark.parametrize("width", ["a4", "slip"])
def test_the_printed_seal_is_proved_by_verify_and_a_changed_sign_is_not(
    width: str, tmp_path: Path, capsys: Any
) -> None:
    received = by_post()
    found = codes(receipt_pdf(received, width), tmp_path)
    assert any(code.endswith(f"/zh/v/{received.link_token}/") for code in found)
    strip = next(code for code in found if code.startswith("GONGZHI1:"))
    (tmp_path / "strip.txt").write_text(strip)
    keys.signer()
    (tmp_path / "key.pem").write_bytes(keys.public_file().read_bytes())
    check = [str(tmp_path / "strip.txt"), "--key", str(tmp_path / "key.pem")]
    assert commands.verify(check) == 0
    assert received.case.ref in capsys.readouterr().out
    place = len(strip) // 2
    changed = strip[:place] + ("A" if strip[place] != "A" else "B") + strip[place + 1 :]
    (tmp_path / "strip.txt").write_text(changed)
    assert commands.verify(check) in (1, 2)


@needs_paper
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_receipt_is_words_in_an_embedded_font_with_number_hash_and_promise(language: str, tmp_path: Path) -> None:
    received = by_post()
    pdf = receipt_pdf(received, language=language)
    words = "".join(read(pdf, tmp_path).split())
    leaf = received.receipt["leaf"]
    assert received.voice.number in words
    assert leaf in words
    assert received.receipt["promise"]["signature"] in words
    assert ("编号" if language == "zh-hans" else "Number") in words
    assert "演练" in words or "invented" in words
    assert len(pdf) < 400_000, "only the signs that are used are in it"
    if shutil.which("pdffonts"):
        rows = [line.split() for line in run(tmp_path, "pdffonts", "x.pdf").splitlines()[2:]]
        assert rows
        assert all("yes" in row for row in rows)


@needs_paper
def test_words_on_paper_are_only_placed_and_never_obeyed(tmp_path: Path) -> None:
    nasty = '#read("/etc/passwd") $x$ *fett* @x <y> #set page(paper: "a5") \\ "'
    sheet = paper.Sheet(head="h", title=nasty, text=nasty, rows=[(nasty, nasty)], foot=nasty)
    words = read(paper.draw([sheet], language="zh"), tmp_path)
    assert "#read" in words
    assert "root:" not in words
    assert "*fett*" in words


@needs_paper
def test_the_receipt_is_behind_its_link_alone() -> None:
    received = by_post()
    good = Client().get(f"/zh/v/{received.link_token}/receipt.pdf?width=slip")
    assert (good.status_code, good.headers["Content-Type"]) == (200, "application/pdf")
    assert good.headers["Cache-Control"] == "no-store"
    assert Client().get("/zh/v/unknown-unknown-unknown/receipt.pdf").status_code == 404


def test_without_the_extra_the_page_says_what_is_missing(settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(paper, "find_spec", lambda name: None)
    received = by_post()
    answer = Client().get(f"/zh/v/{received.link_token}/receipt.pdf")
    assert answer.status_code == 503
    assert "pdf" in answer.content.decode()
    closed(received)
    page = signed_in("counter-1").get(url("notices"))
    assert page.status_code == 200
    assert "pdf" in text(page)


# Notices ---------------------------------------------------------------------------------------------------------
def closed(received: Received) -> Case:
    case = dispatch.accept(**cast.turn("roads-1", received.case))
    return closing.answer_and_close(**cast.turn("roads-1", case), public_text="换了新井盖", outcome="fixed")


def waiting() -> list[Message]:
    return list(Message.objects.filter(adapter="print", sent_at=None).order_by("put_at"))


def test_who_left_a_postal_address_is_written_to_on_paper_and_no_machine_sends_it() -> None:
    received = by_post()
    closed(received)
    assert [row.template.rsplit("/")[-1] for row in waiting()] == ["received", "answered"]
    delivering.deliver_due(at=cast.later(days=9))
    assert len(waiting()) == 2
    assert ADDRESS not in str(list(Message.objects.values()))


@needs_paper
def test_the_counter_prints_and_marks_as_posted_and_the_look_at_the_address_is_written_down(tmp_path: Path) -> None:
    received = by_post()
    closed(received)
    client = signed_in("counter-1")
    page = text(client.get(url("notices")))
    assert received.voice.number in page
    assert ADDRESS not in page
    printed = client.post(url("notices"), {"message": [row.id.hex for row in waiting()], "do": "print"})
    assert printed.headers["Content-Type"] == "application/pdf"
    words = "".join(read(printed.content, tmp_path).split())
    assert "".join(ADDRESS.split()) in words
    assert "换了新井盖" in words
    assert Fact.objects.filter(kind="person.looked", about=received.voice.ref).count() == 2
    assert len(waiting()) == 2, "printing is not posting"
    client.post(url("notices"), {"message": [row.id.hex for row in waiting()], "do": "posted"})
    assert waiting() == []
    assert Fact.objects.filter(kind="message.carried").count() == 2
    assert received.voice.number not in text(client.get(url("notices")))


def test_a_notice_about_an_officer_is_printed_only_by_who_may_see_the_case() -> None:
    from gongzhi.cases.cards import Officer

    by_post(officer=Officer(post=cast.post("roads-1").id))
    client = signed_in("counter-1")
    assert waiting()
    assert papers.waiting(_actor("counter-1")) == []
    assert client.post(url("notices"), {"message": waiting()[0].id.hex, "do": "posted"}).status_code == 302
    assert waiting()


def _actor(code: str) -> Any:
    from gongzhi.cases import reads

    return reads.acting(cast.post(code))


@pytest.mark.parametrize("code", ["roads-1", "mayor", "audit", "admin"])
def test_only_the_counter_opens_the_page_of_notices(code: str) -> None:
    assert signed_in(code).get(url("notices")).status_code == 403


def test_a_notice_is_posted_once() -> None:
    by_post()
    row = waiting()[0]
    delivering.carried(by="post:1", at=moments.now(), message=row.id)
    with pytest.raises(Exception, match="posted already"):
        delivering.carried(by="post:2", at=moments.now(), message=row.id)


# How letters fare ------------------------------------------------------------------------------------------------
def test_a_clerk_sees_how_each_letter_fared_and_sends_a_failed_one_again(settings: Any) -> None:
    received = cast.say(at=moments.now())
    Message.objects.update(failed_at=cast.AT, last_error="SMTP 550", tries=1)
    settings.EMAIL_HOST = "127.0.0.1"
    client = signed_in("roads-1")
    page = text(client.get(url("letters", received.case)))
    assert "SMTP 550" in page
    assert "lin@example.org" not in page
    row = Message.objects.get()
    assert client.post(url("letters", received.case), {"again": row.id.hex}).status_code == 302
    row.refresh_from_db()
    assert (row.failed_at, row.tries) == (None, 0)
    assert Fact.objects.get(kind="message.repeated").by.startswith("post:")
    assert client.post(url("letters", received.case), {"again": "0" * 32}).status_code == 404


def test_letters_of_a_case_one_may_not_see_are_not_there(settings: Any) -> None:
    received = cast.say("一件说不清的事情", place=None)
    assert signed_in("water-1").get(url("letters", received.case)).status_code == 404


# The village ------------------------------------------------------------------------------------------------------
def aired(public: bool = True) -> Received:
    received = cast.say("东街8号张三家门口的井盖坏了", allows_public=public, at=moments.now())
    case = dispatch.accept(**cast.turn("roads-1", received.case, at=moments.now()))
    turn = cast.turn("roads-1", case, at=moments.now())
    closing.answer_and_close(**turn, public_text="换了新井盖", outcome="fixed")
    delivering.deliver_due(at=cast.AT.replace(year=2090))
    Message.objects.filter(adapter="loudspeaker").update(sent_at=moments.now())
    return received


def air(path: str = "notices.txt") -> str:
    return Client().get(f"/zh/places/{cast.VILLAGE}/{path}").content.decode()


def test_a_village_hears_as_text_and_reads_as_page_what_was_put_right() -> None:
    aired()
    assert "东街村：井盖一事，县住建局已经办好" in air()
    assert air().startswith("【演练】")
    assert "东街村：井盖" in air("notices/")
    assert "张三" not in air() + air("notices/")


def test_what_is_withdrawn_is_gone_with_the_next_reading() -> None:
    from gongzhi.cases import intake

    received = aired()
    intake.withdraw(by=received.voice.ref, at=moments.now(), voice=received.voice.id)
    assert "井盖" not in air() + air("notices/")


def test_no_village_no_notices() -> None:
    assert Client().get("/zh/places/990101009999/notices.txt").status_code == 404
    assert Client().get(f"/zh/places/{cast.TOWN}/notices/").status_code == 404


def test_a_receipt_is_the_same_on_paper_and_as_a_file() -> None:
    received = by_post()
    told = json.loads(Client().get(f"/zh/v/{received.link_token}/receipt.json").content)
    assert told["leaf"] == received.receipt["leaf"]
