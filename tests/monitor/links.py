"""The links that a letter brings."""

from __future__ import annotations

import re
from email.message import EmailMessage


def tokens_in(message: EmailMessage) -> set[str]:
    parts = (part for part in message.walk() if part.get_content_maintype() == "text")
    return {found for part in parts for found in re.findall(r"/a/(\w+)", part.get_content())}
