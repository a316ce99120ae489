import stat
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gongzhi.ledger import keys


def test_a_key_is_made_at_first_use_for_its_owner_only(settings):
    signer = keys.signer()
    assert stat.S_IMODE(settings.LEDGER_KEY_FILE.stat().st_mode) == 0o600
    keys._signer.cache_clear()
    assert keys.signer().key_id == signer.key_id


def test_its_public_half_lies_beside_it(settings):
    signer = keys.signer()
    assert keys.public_file() == settings.LEDGER_KEY_FILE.parent / f"ledger-{signer.key_id}.pub"
    keys.public_keys()[signer.key_id].verify(signer.sign(b"text"), b"text")


def test_a_new_key_keeps_the_old_public_one(settings):
    old = keys.signer()
    settings.LEDGER_KEY_FILE.unlink()
    keys._signer.cache_clear()
    new = keys.signer()
    assert set(keys.public_keys()) == {old.key_id, new.key_id}


def test_two_who_make_it_at_once_get_one_key(settings):
    path, found = settings.LEDGER_KEY_FILE, []
    threads = [threading.Thread(target=lambda: found.append(keys._signer.__wrapped__(path).key_id)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert {file.suffix for file in path.parent.iterdir()} == {".key", ".pub"}


def test_another_kind_of_key_is_refused(settings):
    pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    settings.LEDGER_KEY_FILE.parent.mkdir(exist_ok=True)
    settings.LEDGER_KEY_FILE.write_bytes(pem)
    with pytest.raises(ValueError, match="Ed25519"):
        keys.signer()


def test_place_never_writes_over_a_file(tmp_path):
    keys.place(tmp_path / "a", b"one", mode=0o600)
    keys.place(tmp_path / "a", b"two", mode=0o600)
    assert (tmp_path / "a").read_bytes() == b"one"
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["a"]
