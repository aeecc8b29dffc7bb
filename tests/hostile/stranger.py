"""One server that is VK, the API of OK and the sites of a town, some of whose members are sick.

It answers as the platforms do, a member at a time, and where a member is sick, with what its input
says. Sites have loopback addresses of their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.cast import NOW
from tests.hostile.inputs import CONTACTS, HOME, Hostile, spelled

OK_FIRST = 70_000_000_000_000
DAYS = range(1, 70, 3)
CALL = re.compile(r"API\.wall\.get\((\{.*?\})\)")
TEXT = "Школа рассказывает о конкурсах, уроках и поездках своих учеников. " * 9
MENU = f'<a href="{HOME}">Главная</a><a href="/news">Новости</a><a href="{CONTACTS}">Контакты</a>'
PHONE = "8 (38250) 3-55-46"


@dataclass
class Stranger:
    """Members by number, and what the sick among them send."""

    port: int = 0
    sick: Mapping[int, Hostile] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def site(self, number: int) -> str:
        return f"http://{loopback(number)}:{self.port}"

    def spoilt(self, number: int, place: str, sound: dict[str, Any]) -> dict[str, Any]:
        found = self.sick.get(number)
        return sound | found.value if found and found.place == place else sound

    # --- VK ---

    def vk(self, method: str, given: Mapping[str, str]) -> str:
        if method == "groups.getById":
            groups = [self.group(int(one)) for one in given["group_ids"].split(",")]
            return spelled({"response": {"groups": groups, "profiles": []}})
        if method == "execute":
            calls = [json.loads(call) for call in CALL.findall(given["code"])]
            return spelled({"response": [self.wall(-int(one["owner_id"])) for one in calls]})
        if method == "wall.get":
            return spelled({"response": self.wall(-int(given["owner_id"]))})
        return spelled({"response": []})

    def group(self, number: int) -> dict[str, Any]:
        sound = {
            "id": number, "name": f"Школа № {number}", "type": "page",
            "screen_name": f"club{number}", "is_closed": 0, "wall": 1,
            "description": f"Приёмная {PHONE}", "members_count": 90,
            "status": "", "activity": "Школа", "site": self.site(number), "has_photo": 1,
            "verified": 0, "is_government_organization": True, "cover": {"enabled": 1},
            "contacts": [{"phone": PHONE}], "links": [], "menu": {"items": [{"url": "https://x.ru"}]},
            "clips_count": 0, "addresses": {"is_enabled": False},
        }  # fmt: skip
        return self.spoilt(number, "vk", sound)

    def wall(self, number: int) -> dict[str, Any]:
        """The third post is the odd one: those above it are read."""
        items = [
            {"id": 100 - day, "from_id": -number, "text": f"{TEXT} {number} {day}",
             "date": int((NOW - timedelta(days=day)).timestamp())}
            for day in DAYS
        ]  # fmt: skip
        items[2] = self.spoilt(number, "wall", items[2])
        return {"count": len(items), "n": len(items), "items": items}

    # --- OK ---

    def ok(self, given: Mapping[str, str]) -> str:
        method, uid = given["method"], given.get("gid") or given.get("group_id") or ""
        if method == "group.getInfo":
            return spelled([self.bean(int(one)) for one in given["uids"].split(",")])
        if method == "group.getCounters":
            return spelled({"counters": {"themes": len(DAYS)}})
        return spelled({"media_topics": self.topics(int(uid) - OK_FIRST), "anchor": ""})

    def bean(self, uid: int) -> dict[str, Any]:
        number = uid - OK_FIRST
        sound = {
            "uid": str(uid), "name": f"Школа № {number}", "description": f"Приёмная {PHONE}",
            "shortname": "", "members_count": 9, "created_ms": 1_600_000_000_000, "phone": PHONE,
            "address": "", "homepage_url": self.site(number), "access_type": "OPEN",
            "gos_org": True,
        }  # fmt: skip
        return self.spoilt(number, "bean", sound)

    def topics(self, number: int) -> list[dict[str, Any]]:
        topics = [
            {"id": f"{number}{day:03}", "author_ref": f"group:{OK_FIRST + number}",
             "created_ms": int((NOW - timedelta(days=day)).timestamp() * 1000),
             "media": [{"type": "text", "text": f"{TEXT} {number} {day}"}]}
            for day in DAYS
        ]  # fmt: skip
        topics[2] = self.spoilt(number, "topic", topics[2])
        return topics

    # --- sites ---

    def page(self, number: int, path: str) -> bytes:
        """The whole answer, head and body."""
        found = self.sick.get(number)
        if found and found.place == path:
            head, body = found.value
            return _answer(head, html(number, path) if body is None else body)
        if path not in (HOME, CONTACTS, "/news"):
            return _answer(b"404 Not Found", b"")
        return _answer(b"200 OK", html(number, path))


def loopback(number: int) -> str:
    return f"127.7.{number // 200}.{number % 200 + 1}"


def html(number: int, path: str) -> bytes:
    pages = f"https://vk.com/club{number}", f"https://ok.ru/group/{OK_FIRST + number}"
    links = "".join(f"<a href='{one}'>Страница</a>" for one in pages)
    told = f"<p>Телефон: {PHONE}, school{number}@example.org</p>{links}"
    title = f"Школа № {number}"
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}{path}</h1>{MENU}"
        f"<p>{TEXT}{path}</p>{told}</body></html>"
    ).encode()


def _answer(head: bytes, body: bytes) -> bytes:
    names = {line.partition(b":")[0].lower() for line in head.split(b"\r\n")}
    told = [b"HTTP/1.1 " + head, b"Connection: close"]
    if b"content-type" not in names:
        told.append(b"Content-Type: text/html; charset=utf-8")
    if not names & {b"content-length", b"transfer-encoding"}:
        told.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(told) + b"\r\n\r\n" + body


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, stranger: Stranger, *given: Any) -> None:
        self.stranger = stranger
        super().__init__(*given)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        method = urlsplit(self.path).path.rpartition("/")[2]
        self._json(self.stranger.vk(method, dict(parse_qsl(body))))

    def do_GET(self) -> None:
        parts, host = urlsplit(self.path), self.headers["Host"].partition(":")[0]
        if host.startswith("127.7."):
            _, _, high, low = map(int, host.split("."))
            self.wfile.write(self.stranger.page(high * 200 + low - 1, parts.path))
            self.close_connection = True
        elif parts.path == "/ok-api/fb.do":
            self._json(self.stranger.ok(dict(parse_qsl(parts.query))))
        else:
            self.send_error(404)

    def _json(self, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 200

    def handle_error(self, *_: object) -> None:
        """Whoever had enough has hung up."""


@contextmanager
def listening() -> Iterator[Stranger]:
    stranger = Stranger()
    with _Server(("0.0.0.0", 0), partial(_Handler, stranger)) as server:
        stranger.port = server.server_port
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield stranger
        finally:
            server.shutdown()
