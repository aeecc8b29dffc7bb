"""A time-stamping authority: `openssl ts` behind a small HTTP server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import run
from threading import Thread

SETTINGS = """
[req]
distinguished_name = dn
[dn]
[signer]
basicConstraints = CA:FALSE
extendedKeyUsage = critical,timeStamping
[root]
basicConstraints = critical,CA:TRUE
keyUsage = keyCertSign,cRLSign
[tsa]
default_tsa = ours
[ours]
serial = ./serial
crypto_device = builtin
signer_cert = ./signer.pem
certs = ./root.pem
signer_key = ./signer.key
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
accuracy = secs:1
tsa_name = yes
"""
ROOT = "req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -days 30 -extensions root"
ASKED = "req -newkey rsa:2048 -nodes -keyout signer.key -out signer.csr"
SIGNED = "x509 -req -in signer.csr -CA root.pem -CAkey root.key -CAcreateserial -out signer.pem"
REPLY = "ts -reply -queryfile query.tsq -out reply.tsr -config tsa.cnf -section ours"


@dataclass
class Authority:
    folder: Path
    url: str
    is_open: bool = True

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def reply(self, query: bytes) -> bytes:
        (self.folder / "query.tsq").write_bytes(query)
        openssl(self.folder, *REPLY.split())
        return (self.folder / "reply.tsr").read_bytes()


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    (folder / "tsa.cnf").write_text(SETTINGS, "utf-8")
    (folder / "serial").write_text("01", "utf-8")
    openssl(folder, *ROOT.split(), "-subj", "/CN=Test root", "-config", "tsa.cnf")
    openssl(folder, *ASKED.split(), "-subj", "/CN=Test authority", "-config", "tsa.cnf")
    openssl(folder, *SIGNED.split(), "-days", "30", "-extfile", "tsa.cnf", "-extensions", "signer")
    ours = Authority(folder, "")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            body = ours.reply(query) if ours.is_open else b"<html>busy</html>"
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *told: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        ours.url = f"http://127.0.0.1:{server.server_port}/tsr"
        try:
            yield ours
        finally:
            server.shutdown()
            thread.join()


def openssl(folder: Path, *arguments: str) -> None:
    run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
