#!/bin/sh
# 2026-11-29. FastWARC 2.0.1 (reads and checks WARC, the format in which web archives keep evidence),
# on what warcio 1.8.1 wrote, Python 3.11.
#
# Expected: `fastwarc check --verify-payloads` passes a file whose digests are right. Of a revisit (a
#   page whose body was the same as one kept before, so that only its head is kept again) the standard
#   says that WARC-Payload-Digest is the digest of the body that it refers to (WARC 1.1, 6.7.2).
# Happens: it takes the digest for one of what the record itself holds, which is nothing, and reports
#   every revisit as corrupted: PAYLOAD_FAIL, status 1. Without the option the file passes, and
#   `warcio check` passes it as well.
# Why an auditor of pages cares: many answers of a town are repeated (one robots.txt on every
#   site of a provider). Whoever is shown the evidence in a dispute and checks it so reads that it was
#   tampered with. Check with `warcio check`, or without `--verify-payloads`.
# Exit status: 0 as stated here, 1 changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check fastwarc==2.0.1 warcio==1.8.1 2>/dev/null
"$place/venv/bin/python" - "$place/night.warc.gz" <<'PYTHON'
import sys
from io import BytesIO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter


def head() -> StatusAndHeaders:
    return StatusAndHeaders("200 OK", [("Content-Length", "7")], protocol="HTTP/1.1")


with open(sys.argv[1], "wb") as file:
    writer = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
    first = writer.create_warc_record(
        "http://school.example/", "response", payload=BytesIO(b"Hello.\n"), length=7, http_headers=head()
    )
    digest = first.rec_headers.get_header("WARC-Payload-Digest")
    date = first.rec_headers.get_header("WARC-Date")
    again = writer.create_revisit_record(
        "http://museum.example/", digest, "http://school.example/", date, http_headers=head()
    )
    writer.write_record(first)
    writer.write_record(again)
PYTHON
status() {
    "$place/venv/bin/$@" >"$place/said" 2>&1 && echo 0 || echo $?
}
by_warcio=$(status warcio check "$place/night.warc.gz")
blocks=$(status fastwarc check -q "$place/night.warc.gz")
payloads=$(status fastwarc check -q -p -o "$place/verdicts" "$place/night.warc.gz")
echo "warcio check -> $by_warcio"
echo "fastwarc check -> $blocks"
echo "fastwarc check --verify-payloads -> $payloads"
sed 's/^.*: /  /' "$place/verdicts"
[ "$by_warcio$blocks$payloads" = 001 ] && grep -q PAYLOAD_FAIL "$place/verdicts"
