"""Pseudonyms: HMAC-SHA256 of a source id under a key that is kept by the user or forgotten (RFC 2104)."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from livernet.core.errors import DataError, OutputError
from livernet.core.files import write_bytes

_LEAST_BYTES = 16
_DIGITS = 10


class Pseudonyms:
    """Ids and tokens under one key; the same key gives the same ids."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._taken: dict[str, str] = {}

    def patient(self, source: str) -> str:
        """The pseudonym of a patient id, e.g. ``P3f09a1c4e2``.

        Raises:
            DataError: two ids give the same pseudonym.
        """
        name = "P" + self._digest("patient", source)[:_DIGITS]
        if self._taken.setdefault(name, source) != source:
            raise DataError("two patient ids give the same pseudonym", "run again with another --id-key file")
        return name

    def site(self, source: str) -> str:
        """The code of a hospital's name, e.g. ``S41c0``; empty for an empty name."""
        return "S" + self._digest("site", source)[:4] if source else ""

    def token(self, file: str) -> str:
        """The token that stands for an input file in the list of quarantined pictures."""
        return "Q" + self._digest("file", file)[:_DIGITS]

    def check(self) -> str:
        """A value that tells whether two runs used the same key, and nothing else about it."""
        return self._digest("check", "")[:16]

    def _digest(self, kind: str, text: str) -> str:
        content = f"{kind}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.new(self._key, content, hashlib.sha256).hexdigest()


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
        write_bytes(path, (secrets.token_hex(32) + "\n").encode())
        try:
            path.chmod(0o600)
        except OSError as error:
            raise OutputError(
                f"{path}: cannot be made private ({error.strerror})", "choose another folder"
            ) from error
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
