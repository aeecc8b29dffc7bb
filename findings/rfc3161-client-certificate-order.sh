#!/bin/sh
# 2026-11-30. rfc3161-client 1.0.9 (reads and checks time stamps of RFC 3161), cryptography 50.0.2, Python 3.11,
# OpenSSL 3.0.19.
#
# Expected: the library reads what `openssl ts -reply` answers; `openssl ts -verify` finds it right. By RFC 5652
#   a SignedData may be in BER, and no signature covers the order of the certificates in it.
# Happens: where the authority sends its root along with its own certificate, and OpenSSL has put the longer one
#   first, `decode_timestamp_response` raises "InvalidSetOrdering". Sorted, the same response is read.
# Why an auditor of pages cares: the stamp is what tells when evidence was there. It can be had once; whoever
#   stores only what the library has read loses each stamp of an authority that runs on OpenSSL.
# Exit status: 0 as stated here, 1 changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rfc3161-client==1.0.9 cryptography==50.0.2 2>/dev/null
cat > tsa.cnf <<'CNF'
[req]
distinguished_name = dn
[dn]
[signer]
extendedKeyUsage = critical,timeStamping
[root]
basicConstraints = critical,CA:TRUE
[tsa]
default_tsa = ours
[ours]
serial = ./serial
crypto_device = builtin
signer_cert = ./signer.pem
certs = ./root.pem
signer_key = ./signer.key
default_policy = 1.2.3.4
digests = sha256
signer_digest = sha256
CNF
echo 01 > serial
echo evidence > text
{
    openssl req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -subj "/CN=Root" -days 9 -config tsa.cnf -extensions root
    openssl req -newkey rsa:2048 -nodes -keyout signer.key -out signer.csr -subj "/CN=An authority of time stamps" -config tsa.cnf
    openssl x509 -req -in signer.csr -CA root.pem -CAkey root.key -CAcreateserial -out signer.pem -days 9 -extfile tsa.cnf -extensions signer
    openssl ts -query -data text -sha256 -cert -out query.tsq
    openssl ts -reply -queryfile query.tsq -out reply.tsr -config tsa.cnf
} 2>/dev/null
echo "openssl: $(openssl ts -verify -data text -in reply.tsr -CAfile root.pem 2>/dev/null)"
venv/bin/python - <<'PYTHON'
import sys

from rfc3161_client import decode_timestamp_response


def read(response: bytes) -> str:
    try:
        found = decode_timestamp_response(response)
    except ValueError as error:
        return f"ValueError: {error}"
    return f"read, {len(found.signed_data.certificates)} certificates"


def der(path: str) -> bytes:
    import ssl

    return ssl.PEM_cert_to_DER_cert(open(path).read())


response = open("reply.tsr", "rb").read()
certificates = [der("root.pem"), der("signer.pem")]
first, second = sorted(certificates, key=response.index)
low, high = sorted(certificates)
as_sent = read(response)
ordered = read(response.replace(first + second, low + high))
print("as OpenSSL wrote it:", as_sent)
print("sorted:             ", ordered)
sys.exit(0 if "InvalidSetOrdering" in as_sent and ordered.startswith("read") else 1)
PYTHON
