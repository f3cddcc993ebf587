"""Pseudonyms: HMAC-SHA256 of a source id under a key that is kept by the user or forgotten (RFC 2104)."""

import hashlib
import hmac
import os
import secrets
import unicodedata
from pathlib import Path

from livernet.core.errors import DataError
from livernet.core.files import write_bytes
from livernet.core.preprocess.cohort.seal import fits, seal

_LEAST_BYTES = 16
_DIGITS, _SITE_DIGITS = 10, 6


class Pseudonyms:
    """Ids and tokens under one key; the same key gives the same ids."""

    def __init__(self, key: bytes, *, kept: bool = True) -> None:
        """``kept`` says whether a later run can have the same key."""
        self._key = key
        self._kept = kept
        self._taken: dict[str, str] = {}

    def patient(self, source: str) -> str:
        """The pseudonym of a patient id, e.g. ``P3f09a1c4e2``.

        Raises:
            DataError: two ids give the same pseudonym.
        """
        return self._unique("P", "patient", plain_id(source), _DIGITS)

    def site(self, source: str) -> str:
        """The code of a hospital's name, e.g. ``S41c0d2``, whatever its capitals; empty for an empty name.

        Raises:
            DataError: two names give the same code.
        """
        return self._unique("S", "site", plain_id(source).casefold(), _SITE_DIGITS) if source else ""

    def token(self, file: str) -> str:
        """The token that stands for an input file in the list of quarantined pictures.

        Raises:
            DataError: two files give the same token.
        """
        return self._unique("Q", "file", file, _DIGITS)

    def seal(self, text: str) -> str:
        """A digest that tells later whether ``text`` changed, and from which nobody can guess it."""
        return seal(text, self._key if self._kept else None)

    def fits(self, sealed: str, text: str) -> bool:
        """Whether a digest that an earlier run sealed is that of ``text``."""
        return fits(sealed, text, self._key if self._kept else None)

    def check(self) -> str:
        """A value that tells whether two runs used the same key, and nothing else about it."""
        return self._digest("check", "")[:16]

    def _unique(self, mark: str, kind: str, source: str, digits: int) -> str:
        name = mark + self._digest(kind, source)[:digits]
        if self._taken.setdefault(name, source) != source:
            raise DataError(f"two {kind} names give the same code", "run again with another --id-key file")
        return name

    def _digest(self, kind: str, text: str) -> str:
        content = f"{kind}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.new(self._key, content, hashlib.sha256).hexdigest()


def plain_id(text: str) -> str:
    """One spelling of an id: Unicode normal form KC, no invisible characters, single spaces."""
    normal = unicodedata.normalize("NFKC", text)
    return " ".join("".join(c for c in normal if unicodedata.category(c) != "Cf").split())


def random_key() -> bytes:
    """A key that nobody keeps."""
    return secrets.token_bytes(32)


def read_key(path: Path) -> bytes:
    """The key in a file, which is made, readable by its owner alone, if it is not there.

    Raises:
        DataError: the file cannot be read or is too short to be a key.
        OutputError: it is not there and cannot be made.
    """
    if not path.exists():
        write_bytes(path, (secrets.token_hex(32) + "\n").encode(), private=True)
    try:
        content = path.read_bytes().strip()
    except OSError as error:
        raise DataError(
            f"{path}: the key cannot be read ({os.strerror(error.errno or 0)})", "check --id-key"
        ) from error
    if len(content) < _LEAST_BYTES:
        raise DataError(
            f"{path}: a key of {len(content)} bytes is too short; at least {_LEAST_BYTES} are needed",
            "name a file that does not exist yet: livernet makes the key",
        )
    return content
