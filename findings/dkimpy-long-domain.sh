#!/bin/sh
# 2026-11-29. dkimpy 1.1.8 (signs and verifies mail by DKIM, RFC 6376), Python 3.11.
#
# Expected: what `dkim.sign` signs, `dkim.verify` verifies, whatever the domain's name.
# Happens: the header is folded at some 72 columns wherever that falls. In `d=` and `i=` of a longer
#   domain it falls into the name, where RFC 6376 (3.5) allows no white space. `verify` compares the
#   two with their line breaks in them, says that i= is not a subdomain of d=, and refuses: the letter
#   is as good as forged, though nobody touched it.
# Why an auditor of pages cares: reports go out by the servers of administrations, whose names of
#   several levels (and in ASCII, xn--…, if they are Russian) are long. Sign with a shorter domain.
# Exit status: 0 as stated here, 1 changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check dkimpy==1.1.8 cryptography==47.0.0 2>/dev/null
"$place/venv/bin/python" - <<'PYTHON'
import sys
from base64 import b64encode

import dkim
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import rsa

LETTER = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: report\r\n\r\nHello.\r\n"
LONG = b"xn--80aaaac8algcbgbck3fl0q.xn--80adjardeepfzn.xn--80apggvco.kedrovy-district.example"
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
private = key.private_bytes(
    form.Encoding.PEM, form.PrivateFormat.TraditionalOpenSSL, form.NoEncryption()
)
public = key.public_key().public_bytes(
    form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo
)
record = b"v=DKIM1; k=rsa; p=" + b64encode(public)


def verified(domain: bytes) -> bool:
    name = dkim.sign(LETTER, b"office", domain, private)
    return dkim.verify(name + LETTER, dnsfunc=lambda *_, **__: record)


short, long = verified(b"kedrovy.example"), verified(LONG)
print("signed and verified as kedrovy.example ->", short)
print(f"signed and verified as a domain of {len(LONG)} signs ->", long)
sys.exit(0 if short and not long else 1)
PYTHON
