from __future__ import annotations

from reports.formats.text import FORMAT
from tests.reports.town import HOSTILE, REPORT, TWO_TOWNS


def test_no_line_is_wider_than_a_terminal() -> None:
    assert max(map(len, FORMAT.render(TWO_TOWNS).main.decode().splitlines())) <= 96


def test_the_summary_stands_first() -> None:
    text = FORMAT.render(REPORT).main.decode()
    assert text.index("Выполняют: 1 из 4") < text.index("Учреждение ")


def test_no_escape_sign_reaches_the_terminal() -> None:
    text = FORMAT.render(HOSTILE).main.decode()
    assert not any(ord(sign) < 32 and sign != "\n" for sign in text)
