#!/bin/sh
# 2026-11-30. uvicorn 0.54.0 with h11 0.16.0, Python 3.11.
#
# Expected: every answer of a server passes the ASGI application, whose outermost layer sets heads.
# Happens: what h11 cannot read (no Host, two lengths, a path that is not ASCII, TLS on a plain port) is
#   answered by the protocol itself: «Invalid HTTP request received.», text/plain, in English, with
#   none of the heads, not even those of `Config(headers=…)`. The application never hears of it.
# Why an auditor of pages cares: schools answer on such a desk, and «our heads stand on every answer, in
#   Russian» is true only after the protocol class has its own `send_400_response` overridden.
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


async def application(scope, receive, send):
    raise SystemExit("the application was asked")


with socket.create_server(("127.0.0.1", 0)) as at:
    config = uvicorn.Config(
        application, http="h11", lifespan="off", log_config=None, headers=[("X-Own", "1")]
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [at]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    with socket.create_connection(at.getsockname()) as line:
        line.sendall(b"GET / HTTP/1.1\r\n\r\n")
        came = b""
        while part := line.recv(65_536):
            came += part
    server.should_exit = True
    thread.join()
print(f"uvicorn {uvicorn.__version__}")
print(came.decode())
is_so = b"Invalid HTTP request received." in came
sys.exit(0 if is_so and b"x-own" not in came.lower() else 1)
PYTHON
