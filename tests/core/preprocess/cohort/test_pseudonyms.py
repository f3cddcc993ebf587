import stat
from pathlib import Path

import pytest

from livernet.core.errors import DataError
from livernet.core.preprocess.cohort.pseudonyms import Pseudonyms, random_key, read_key


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
    with pytest.raises(DataError, match="two patient names give the same code"):
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


@pytest.mark.parametrize(
    "other",
    ["\u1100\u1175\u11b7\u1106\u1175\u11ab\u1109\u116e 7", "김민수\u200b 7", " 김민수  7 ", "김민수 ７"],
)
def test_one_patient_however_he_is_spelt(other):
    names = Pseudonyms(b"k" * 32)
    assert names.patient(other) == names.patient("김민수 7")


def test_sites_whatever_their_capitals():
    names = Pseudonyms(b"k" * 32)
    assert names.site("HANEUL Hospital") == names.site("haneul hospital") != names.site("other")
    assert len(names.site("other")) == 7


def test_the_key_is_private_from_the_first_moment(tmp_path, monkeypatch):
    modes = []
    real = Path.replace

    def watch(self, target):
        modes.append(self.stat().st_mode & 0o777)
        return real(self, target)

    monkeypatch.setattr(Path, "replace", watch)
    read_key(tmp_path / "id.key")
    assert modes == [0o600]
