#!/bin/sh
# 2026-11-30. Starlette 1.10.0 with python-multipart 0.0.34 (read the forms of a web page), Python 3.11.
#
# Expected: `request.form()` reads a form or raises HTTPException(400): a charset that Python does not know
#   falls back to latin-1, and so do bytes that do not fit the one that is named.
# Happens: `Content-Type: multipart/form-data; boundary=x; charset=undefined` (a codec that Python has in order to
#   refuse) raises UnicodeError, which is neither LookupError nor UnicodeDecodeError: status 500.
# Why an auditor of pages cares: whoever is not signed in makes any form fail as if the program were broken,
#   with a traceback in the log each time, where alarms look for real ones.
# Exit status: 0 as stated here, 1 changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
    starlette==1.10.0 python-multipart==0.0.34 2>/dev/null
"$place/venv/bin/python" - <<'PYTHON'
import asyncio
import sys

from starlette.exceptions import HTTPException
from starlette.requests import Request

BODY = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--\r\n'


def read(charset: str) -> str:
    kind = f"multipart/form-data; boundary=x; charset={charset}".encode()
    scope = {"type": "http", "app": None, "headers": [(b"content-type", kind)]}

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": BODY, "more_body": False}

    try:
        asyncio.run(Request(scope, receive)._get_form())
    except HTTPException as error:
        return f"{error.status_code}"
    except Exception as error:
        return type(error).__name__
    return "read"


told = {charset: read(charset) for charset in ("utf-8", "no-such", "undefined")}
for charset, happened in told.items():
    print(f"charset={charset} -> {happened}")
sys.exit(0 if [*told.values()] == ["read", "read", "UnicodeError"] else 1)
PYTHON
