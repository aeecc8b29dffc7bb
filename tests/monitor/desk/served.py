"""A desk on loopback, in this process, and a visitor who reads pages and sends their forms."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from bs4 import BeautifulSoup

from monitor.application import Application, opened
from monitor.config import load_settings
from monitor.desk.ground import Desk
from monitor.desk.limits import STANDARD, Limits
from monitor.desk.serving import _server
from tests.cast import NOW
from tests.waiting import until


@dataclass
class Visit:
    """A browser without scripts: keeps cookies, follows no redirect unless told."""

    client: httpx.Client

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.client.get(path, **more)

    def page(self, path: str) -> BeautifulSoup:
        answer = self.client.get(path, follow_redirects=True)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return BeautifulSoup(answer.content, "lxml")

    def send(
        self,
        page: str,
        action: str,
        fields: Mapping[str, Any] | None = None,
        files: Any = None,
        **more: Any,
    ) -> httpx.Response:
        """A POST as the form of `page` would send it: with its token."""
        data = {**self.token(page), **(fields or {})}
        return self.client.post(action, data=data, files=files, **more)

    def token(self, page: str) -> dict[str, str]:
        found = self.page(page).select_one("input[name=form]")
        assert found is not None, f"{page} has no form"
        return {"form": str(found["value"])}


@contextmanager
def served(application: Application, limits: Limits = STANDARD) -> Iterator[str]:
    """Its address."""
    with socket.create_server(("127.0.0.1", 0)) as at:
        server = _server(Desk(application, limits))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [at]})
        thread.start()
        try:
            until(lambda: server.started)
            yield f"http://127.0.0.1:{at.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def visit(address: str) -> Iterator[Visit]:
    with httpx.Client(base_url=address, timeout=60, verify=False) as client:  # no TLS: 20 ms
        yield Visit(client)


@contextmanager
def application_in(folder: Path) -> Iterator[Application]:
    """Of the settings in `folder`; its clock stands at NOW."""
    with opened(load_settings(folder / "config.toml"), lambda: NOW) as application:
        yield application
