#!/bin/sh
# 2026-11-30. httpcore 1.0.9 (the network half of httpx), Python 3.11.
#
# Expected: an answer that has no body by definition (304 Not Modified) leaves its connection open for
#   the next request, once it is closed: nothing of it is left to be read.
# Happens: closed unread, it takes the connection along, and every request dials anew; read to its end,
#   which is empty, it does not. `httpx.AsyncClient.send` reads and hides it; who streams and looks at the
#   status first (`stream=True`, or a transport of one's own) skips the body that is not there, and pays.
# Why an auditor of pages cares: asking whether a page changed is to cost the server and us next to
#   nothing. It cost a connection a page, with TLS several times what the page itself would have.
#   Read the body of a 304 to its end.
# Exit status: 0 as stated here, 1 changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check 'httpcore[asyncio]==1.0.9' 2>/dev/null
"$place/venv/bin/python" - <<'PYTHON'
import asyncio

import httpcore


async def connections(*, are_read: bool) -> int:
    dialled = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal dialled
        dialled += 1
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b'HTTP/1.1 304 Not Modified\r\netag: "1"\r\n\r\n')
        except (asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with httpcore.AsyncConnectionPool() as pool:
        for _ in range(5):
            response = await pool.handle_async_request(
                httpcore.Request("GET", url, headers=[("Host", "school.example")])
            )
            if are_read:
                assert [part async for part in response.aiter_stream()] == []
            await response.aclose()
    server.close()
    return dialled


unread, read = (asyncio.run(connections(are_read=one)) for one in (False, True))
print(f"five answers 304, closed unread -> {unread} connections")
print(f"five answers 304, read to their end -> {read} connection")
raise SystemExit((unread, read) != (5, 1))
PYTHON
