from __future__ import annotations

from dataclasses import replace

import pytest

from reports.formats import html, text
from reports.formats.text import FORMAT
from reports.model import Format
from tests.reports.town import HOSTILE, REPORT, TWO_TOWNS


def test_no_line_is_wider_than_a_terminal() -> None:
    assert max(map(len, FORMAT.render(TWO_TOWNS).main.decode().splitlines())) <= 96


def test_the_summary_stands_first() -> None:
    text = FORMAT.render(REPORT).main.decode()
    assert text.index("Выполняют: 1 из 4") < text.index("Учреждение ")


def test_no_escape_sign_reaches_the_terminal() -> None:
    text = FORMAT.render(HOSTILE).main.decode()
    assert not any(ord(sign) < 32 and sign != "\n" for sign in text)


@pytest.mark.parametrize("form", [html.FORMAT, text.FORMAT])
def test_an_article_of_a_law_is_no_numbered_clause(form: Format) -> None:
    found = tuple(replace(one, clause="ст. 10") for one in REPORT.findings)
    told = form.render(replace(REPORT, findings=found)).main.decode().replace("\u00a0", " ")
    assert "ст. 10" in told
    assert "п. ст. 10" not in told
