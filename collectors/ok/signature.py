"""The signature of an OK API call (https://apiok.ru/dev/methods)."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import md5, sha256

_UNSIGNED = frozenset({"access_token", "session_key", "sig"})


def session_secret(access_token: str, application_secret_key: str) -> str:
    """The secret of calls in a session for which OK gave no session_secret_key."""
    return _md5(access_token + application_secret_key)


def sign(parameters: Mapping[str, str], secret: str) -> str:
    """md5 over `key=value` sorted by key, unencoded and without separators, then the secret."""
    pairs = sorted((k, v) for k, v in parameters.items() if k not in _UNSIGNED)
    return _md5("".join(f"{key}={value}" for key, value in pairs) + secret)


def fingerprint(access_token: str) -> str:
    """What may be stored and shown of a token."""
    return sha256(access_token.encode()).hexdigest()[:8]


def _md5(text: str) -> str:
    # OK's protocol asks for it: not a matter of security here.
    return md5(text.encode(), usedforsecurity=False).hexdigest()
