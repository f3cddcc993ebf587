import stat

import pytest

from livernet.core.errors import DataError
from livernet.core.preprocess.pseudonyms import Pseudonyms, random_key, read_key


def test_same_key_same_ids():
    one, two = Pseudonyms(b"k" * 32), Pseudonyms(b"k" * 32)
    assert one.patient("12345678") == two.patient("12345678")
    assert one.token("a.png") == two.token("a.png")
    assert one.check() == two.check()


def test_known_value():
    # HMAC-SHA256 of b"patient\0" + b"1" under 32 zero bytes, by openssl
    assert Pseudonyms(bytes(32)).patient("1") == "Pae00feca8c"


def test_other_key_other_ids():
    assert Pseudonyms(random_key()).patient("1") != Pseudonyms(random_key()).patient("1")


def test_kinds_do_not_mix():
    names = Pseudonyms(b"k" * 32)
    digits = {names.patient("1")[1:5], names.site("1")[1:5], names.token("1")[1:5]}
    assert len(digits) == 3
    assert names.site("") == ""


def test_collision_is_refused(monkeypatch):
    names = Pseudonyms(b"k" * 32)
    monkeypatch.setattr(names, "_digest", lambda kind, text: "0" * 64)
    names.patient("1")
    names.patient("1")
    with pytest.raises(DataError, match="same pseudonym"):
        names.patient("2")


def test_key_is_made_once_and_private(tmp_path):
    path = tmp_path / "keys" / "id.key"
    key = read_key(path)
    assert len(key) == 64
    assert read_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_short_key(tmp_path):
    path = tmp_path / "id.key"
    path.write_bytes(b"secret\n")
    with pytest.raises(DataError, match="a key of 6 bytes is too short"):
        read_key(path)


def test_unreadable_key(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_key(tmp_path)
