#!/bin/sh
# 2026-11-30. uvicorn 0.54.0 (serves ASGI applications) with h11 0.16.0, Python 3.11.
#
# Expected: with `timeout_keep_alive=1` a connection that says nothing is closed after a second or so, and
#   with `limit_concurrency=3` as many *requests* as that are answered at a time.
# Happens: only a connection that has had an answer and sends not one byte more is closed. One that never said
#   anything stays for ever, and so does one that sends a single byte after its answer. As connections
#   count for `limit_concurrency`, three silent ones are enough: everybody else gets 503.
# Why an auditor of pages cares: one laptop with 200 idle sockets keeps every school from answering, and nothing
#   of it stands in the log but «Exceeded concurrency limit».
# Exit status: 0 as stated here, 1 changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check uvicorn==0.54.0 h11==0.16.0 2>/dev/null
"$place/venv/bin/python" - <<'PYTHON'
import socket
import sys
import threading
import time

import uvicorn

ASK = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
PATIENCE = 4  # seconds; four times what was asked for


async def app(scope, receive, send):
    head = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": b"ok"})


def served(at: socket.socket) -> uvicorn.Server:
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, http="h11", timeout_keep_alive=1, limit_concurrency=3
    )
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, kwargs={"sockets": [at]}, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    return server


def line(*said: bytes) -> socket.socket:
    """Each is said once the answer to the one before is there."""
    opened = socket.create_connection(at.getsockname(), timeout=PATIENCE)
    for at_last, part in enumerate(said, 1):
        opened.sendall(part)
        while at_last < len(said) and not opened.recv(4096).endswith(b"ok"):
            pass
    return opened


def is_closed(opened: socket.socket) -> bool:
    try:
        return opened.recv(4096) == b""
    except TimeoutError:
        return False


with socket.create_server(("127.0.0.1", 0)) as at:
    server = served(at)
    told = {
        "after an answer, silent": is_closed(line(ASK, b"")),
        "never said anything": is_closed(line()),
        "one byte after an answer": is_closed(line(ASK, b"G")),
    }
    held = [line() for _ in range(3)]
    asked = line(ASK)
    status = asked.recv(4096).split()[1].decode()
    server.force_exit = server.should_exit = True
for which, closed in told.items():
    print(f"{which}: {'closed' if closed else 'still open'}")
print("beside three silent ones:", status)
sys.exit(0 if [*told.values()] == [True, False, False] and status == "503" else 1)
PYTHON
