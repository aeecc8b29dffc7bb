"""The second factor: codes by time (TOTP, RFC 6238), as every application for them makes."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

import pyotp
import segno
from pyotp.exceptions import OTPVerificationError

ISSUER = "Дозор"
LETTERS = 32  # of a secret: applications refuse sixteen
SKEW = 1  # steps of half a minute, by which a telephone's clock may be wrong


def new_secret() -> str:
    return pyotp.random_base32(LETTERS)


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """Which step's code it is; None: no code of this minute. Blanks in it are how it is shown."""
    code = "".join(sign for sign in typed if not sign.isspace() and sign != "-")
    if not (code.isascii() and code.isdigit()):
        return None
    try:
        found: int = pyotp.TOTP(secret).verify_and_get_timecode(
            code, for_time=now, valid_window=SKEW
        )
    except OTPVerificationError:
        return None
    return found


def in_groups(secret: str) -> str:
    """To be typed by whoever has no camera."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def picture(secret: str, name: str) -> str:
    """An inline SVG without styles of its own: the desk's pages allow none."""
    address = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)
    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, scale=5, border=4, light="#fff",
        svgclass="code", lineclass=None, omitsize=False, nl=False,
    )  # fmt: skip
    return drawn.getvalue().decode()
