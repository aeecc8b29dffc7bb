#!/bin/sh
# 2026-11-29. warcio 1.8.1 (writes WARC, the format in which web archives keep evidence), Python 3.11.
#
# Expected: a response is archived whatever its headers hold; warcio says that it percent-encodes those
#   that are not ASCII, and does so for `Set-Cookie: Кедровый`.
# Happens: in a header with a ";" it encodes only what follows a "=". Where Russian letters stand
#   elsewhere, as in `Set-Cookie: город=1; path=/`, writing the record raises UnicodeEncodeError.
# Why an auditor of pages cares: one header of one school's site (a cookie with the town's name, a
#   file name beside a Russian word) ends the run that keeps evidence, and every other page with it.
# Exit status: 0 as stated here, 1 changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check warcio==1.8.1 2>/dev/null
"$place/venv/bin/python" - <<'PYTHON'
import sys
from io import BytesIO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter


def archived(value: str) -> str:
    writer = WARCWriter(BytesIO(), gzip=False)
    head = StatusAndHeaders("200 OK", [("Set-Cookie", value)], protocol="HTTP/1.1")
    record = writer.create_warc_record(
        "http://school.example/", "response", payload=BytesIO(b"x"), http_headers=head
    )
    try:
        writer.write_record(record)
    except UnicodeEncodeError as error:
        return f"UnicodeEncodeError: {error}"
    return "written"


plain, mixed = archived("Кедровый"), archived("город=1; path=/")
print("Set-Cookie: Кедровый ->", plain)
print("Set-Cookie: город=1; path=/ ->", mixed)
sys.exit(0 if plain == "written" and mixed.startswith("UnicodeEncodeError") else 1)
PYTHON
