"""Digests that tell whether something changed, and from which nobody can guess what it was.

A bare hash of a label table lets anyone who has the pictures try all patient ids: so a digest is keyed where
there is a key (HMAC-SHA256), and salted and slow where the key is forgotten (scrypt, RFC 7914).
"""

import hashlib
import hmac
import secrets

_COST = {"n": 2**15, "r": 8, "p": 1, "maxmem": 2**26}


def seal(text: str, key: bytes | None) -> str:
    """The digest of a text: the same again under the same key, another one each time without a key."""
    if key is not None:
        return f"hmac:{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()}"
    return _slow(text, secrets.token_hex(16))


def fits(sealed: str, text: str, key: bytes | None) -> bool:
    """Whether a digest is that of a text; ``False`` where it was made under a key and none is given."""
    kind, _, rest = sealed.partition(":")
    if kind == "scrypt":
        return hmac.compare_digest(sealed, _slow(text, rest.partition(":")[0]))
    return key is not None and hmac.compare_digest(sealed, seal(text, key))


def _slow(text: str, salt: str) -> str:
    return f"scrypt:{salt}:{hashlib.scrypt(text.encode(), salt=salt.encode(), dklen=32, **_COST).hex()}"
