#!/bin/sh
# 2026-11-30. uvicorn's h11 protocol, as pinned in requirements/run.txt, Python 3.11.
#
# Expected: every answer of a server passes the ASGI application, whose outermost layer sets heads.
# Happens: what h11 cannot read (no Host, two lengths, a path that is not ASCII, TLS on a plain port) is
#   answered by the protocol itself: «Invalid HTTP request received.», text/plain, in English, with
#   none of the heads, not even those of `Config(headers=…)`. The application never hears of it.
# Why the desk cares: its heads stand on every answer (monitor/desk/lines.py, `send_400_response`).
# Exit status: 0 as stated here, 1 changed.
set -eu
${PYTHON:-python3} - <<'PYTHON'
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
