import json
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gongzhi.ledger import keys, receipts, sealing
from gongzhi.ledger.commands import SENTENCES, TITLES, verify

from .conftest import AT


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")


@pytest.fixture
def files(note, tmp_path):
    facts = note(5)
    early = receipts.make(facts[0])
    sealing.seal_once(at=AT, holder="test")
    sealing.publish_head(at=AT)
    (tmp_path / "early.json").write_text(json.dumps(early))
    (tmp_path / "receipt.json").write_text(json.dumps(receipts.with_proof(facts[0].pk)))
    return {
        "early": str(tmp_path / "early.json"),
        "receipt": str(tmp_path / "receipt.json"),
        "head": str(tmp_path / "heads" / "2026-11-21.json"),
        "key": str(keys.public_file()),
    }


def test_inclusion_is_said_and_exits_0(files, capsys):
    assert verify([files["receipt"], "--head", files["head"], "--key", files["key"]]) == 0
    assert "PROVED: it is in the ledger." in capsys.readouterr().out


def test_a_promise_is_said_and_exits_0(files, capsys):
    assert verify([files["early"], "--key", files["key"]]) == 0
    assert "promised to be sealed" in capsys.readouterr().out


def test_a_receipt_alone_exits_3(files, capsys):
    assert verify([files["receipt"]]) == 3
    assert "anybody could write such a file" in capsys.readouterr().out


def test_a_changed_receipt_exits_1(files, capsys, tmp_path):
    text = (tmp_path / "receipt.json").read_text().replace("case:1", "case:2")
    (tmp_path / "receipt.json").write_text(text)
    assert verify([files["receipt"], "--key", files["key"]]) == 1
    assert "FALSE" in capsys.readouterr().out


def test_chinese_is_spoken_where_the_computer_speaks_it(files, capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    verify([files["receipt"], "--key", files["key"]])
    assert "已证明：这件事在账本里。" in capsys.readouterr().out


@pytest.mark.parametrize(
    "content", [None, b"", b"not json", b"[]", b"\xff\xfe", b'{"v":1,"v":2}', b"[" * 100_000, b" " * 1_000_001]
)
def test_what_cannot_be_read_exits_2_with_the_reason(content, tmp_path, capsys):
    file = tmp_path / "receipt.json"
    if content is not None:
        file.write_bytes(content)
    assert verify([str(file)]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_private_or_other_key_is_refused(files, settings, capsys, tmp_path):
    assert verify([files["receipt"], "--key", str(settings.LEDGER_KEY_FILE)]) == 2
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

    pem = generate_private_key(SECP256R1()).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "ec.pub").write_bytes(pem)
    assert verify([files["receipt"], "--key", str(tmp_path / "ec.pub")]) == 2
    assert "Ed25519" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["a", "b"], ["--nonsense", "a"]])
def test_wrong_words_exit_2(words, capsys):
    assert verify(words) == 2


def test_the_command_starts_no_django_and_needs_no_folder(files, tmp_path):
    program = (
        "import sys; from gongzhi.cli import main; code = main(sys.argv[1:]);"
        "assert 'django' not in sys.modules, 'django was started'; sys.exit(code)"
    )
    words = [sys.executable, "-c", program, "verify", files["receipt"], "--key", files["key"]]
    done = subprocess.run(
        words, env={"LANG": "zh_CN.UTF-8"}, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "已证明" in done.stdout


def test_every_sentence_stands_in_both_languages():
    for pair in [*SENTENCES.values(), *TITLES.values()]:
        assert len(pair) == 2
        assert pair[0].isascii() or "“" in pair[0]
        names = [{part.split(")s")[0] for part in text.split("%(")[1:]} for text in pair]
        assert names[0] == names[1]
