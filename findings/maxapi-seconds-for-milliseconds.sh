#!/bin/sh
# 2026-11-30. maxapi 1.2.3 (the most used Python client of the Bot API of MAX), Python 3.11.
#
# Expected: `bot.get_messages(chat_id, from_time=…)` takes a datetime or an int, and asks the same of the
#   same moment. All times of the API are integers of milliseconds (`timestamp` of every message).
# Happens: a datetime is sent as seconds: from=1775055253, for the message whose `timestamp` is
#   1775055253737. Taken for what every other number of the API is, that is 21 January 1970. No error.
# Why an auditor of pages cares: "what was posted since Monday", asked with a datetime, is a question about
#   1970. Depending on the end that is asked for, a channel shows all it has or nothing, and a silent
#   channel is what a rule about regular posts accuses of. Pass `timestamp` on as it came, in an int.
# Exit status: 0 as stated here, 1 changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check maxapi==1.2.3 2>/dev/null
"$place/venv/bin/python" - <<'PYTHON'
import asyncio
import json
import sys
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from maxapi import Bot

TOLD = 1775055253737  # of the vendor's own recorded message
MOMENT = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=TOLD)
asked: list[int] = []


class Max(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked.append(int(parse_qs(urlsplit(self.path).query)["from"][0]))
        body = json.dumps({"messages": []}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


async def ask(port: int) -> None:
    bot = Bot("token")
    bot.set_api_url(f"http://127.0.0.1:{port}")
    for since in (TOLD, MOMENT):
        await bot.get_messages(chat_id=-5, from_time=since)
    await bot.close_session()


server = HTTPServer(("127.0.0.1", 0), Max)
threading.Thread(target=server.serve_forever, daemon=True).start()
asyncio.run(ask(server.server_port))
print("timestamp as it came ->", asked[0])
print("the same as datetime ->", asked[1])
sys.exit(0 if asked == [TOLD, TOLD // 1000] else 1)
PYTHON
