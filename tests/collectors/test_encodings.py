"""Whatever the bytes, the header and the markup say of each other, Russian text is read."""

from __future__ import annotations

import pytest

from collectors.site.encodings import decoded, encoding_of

SHORT = (
    "<title>МБОУ СОШ № 1</title><p>8 (38250) 3-55-46",
    "<h1>Контакты</h1><p>г. Кедровый, ул. Мира, д. 4",
    "<p>Сведения об образовательной организации",
    "<h1>ШКОЛА ИСКУССТВ</h1>",
    "<p>Сайт на реконструкции",
    "<p>Детский сад «Ёлочка» — приём заявлений",
    "<p>МКУК «Межпоселенческая библиотека»",
    "<p>Официальный сайт администрации",
    "<p>ДОМ КУЛЬТУРЫ ПОСЁЛКА ВОСТОЧНЫЙ",
    "<p>Часы работы: пн–пт с 9 до 17",
    "<p>Школьный музей",
    "<p>Учим детей",
)
LONG = "".join(f"<p>Новость {number}. Ученики школы съездили в город.</p>" for number in range(99))
EIGHT_BITS = ("windows-1251", "koi8-r", "cp866")


@pytest.mark.parametrize("text", SHORT)
@pytest.mark.parametrize("kind", ["", "text/html", "text/html; charset=utf-8", "charset=latin1"])
def test_a_page_that_names_no_encoding_or_a_wrong_one_is_read_as_windows_1251(
    text: str, kind: str
) -> None:
    assert decoded(text.encode("windows-1251"), kind) == text


@pytest.mark.parametrize(
    "label",
    ["win-1251", "cp-1251", "windows1251", "WIN1251", "cp1251", "x-cp1251", "utf8", "UTF_8", "ru"],
)
@pytest.mark.parametrize("text", SHORT)
def test_an_odd_name_of_windows_1251_is_understood(text: str, label: str) -> None:
    body = f"<meta charset={label}>{text}".encode("windows-1251")
    assert decoded(body, f"text/html; charset={label}").endswith(text)


@pytest.mark.parametrize("text", SHORT)
@pytest.mark.parametrize(
    ("encoding", "label"), [("koi8-r", "koi8"), ("koi8-r", "KOI8-R"), ("cp866", "ibm866")]
)
def test_a_short_page_that_names_its_encoding_is_read(text: str, encoding: str, label: str) -> None:
    text = text.replace("—", "-").replace("–", "-")
    if encoding == "koi8-r":
        text = text.replace("№", "N").replace("«", '"').replace("»", '"')
    text = text.replace("«", '"').replace("»", '"')
    assert decoded(text.encode(encoding), f"text/html; charset={label}") == text


@pytest.mark.parametrize("encoding", EIGHT_BITS)
@pytest.mark.parametrize("told", ["", *EIGHT_BITS, "utf-8", "iso-8859-1", "gb2312", "hex", "idna"])
def test_a_long_page_is_read_whatever_it_says(encoding: str, told: str) -> None:
    kind = f"text/html; charset={told}" if told else "text/html"
    assert decoded(LONG.encode(encoding), kind) == LONG


@pytest.mark.parametrize(
    "kind",
    [
        'text/html;charset="koi8-r',
        "text/html; charset=koi8-r; charset=utf-8",
        "text/html; charset = koi8-r",
        "text/html charset=koi8-r",
        "text/html; charset:koi8-r",
        "text/html; version=1; CHARSET='koi8-r'",
    ],
)
def test_an_oddly_written_header_names_its_encoding(kind: str) -> None:
    assert decoded("Дом".encode("koi8-r"), kind) == "Дом"


@pytest.mark.parametrize(
    "markup",
    [
        "<meta charset=koi8-r>{}",
        '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">{}',
        '<META CONTENT="text/html; CHARSET=KOI8-R" HTTP-EQUIV=Content-Type>{}',
        '<?xml version="1.0" encoding="koi8-r"?>{}',
    ],
)
def test_a_page_names_its_encoding_in_its_markup(markup: str) -> None:
    text = markup.format("Дом")
    assert decoded(text.encode("koi8-r"), "text/html") == text


def test_the_header_counts_before_the_markup() -> None:
    body = "<meta charset=koi8-r>Дом".encode("windows-1251")
    assert encoding_of(body, "text/html; charset=windows-1251") == "windows-1251"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("kind", ["text/html", "text/html; charset=windows-1251"])
@pytest.mark.parametrize("text", SHORT)
def test_unicode_is_known_by_its_bytes(text: str, encoding: str, kind: str) -> None:
    assert decoded(text.encode(encoding), kind) == text


@pytest.mark.parametrize("text", SHORT)
def test_a_mark_of_utf_8_before_a_page_in_another_encoding_is_left_out(text: str) -> None:
    assert decoded(b"\xef\xbb\xbf" + text.encode("cp1251"), "text/html") == text


@pytest.mark.parametrize("text", SHORT)
def test_utf_8_with_a_cut_letter_stays_utf_8(text: str) -> None:
    assert decoded(f"{LONG}{text}Я".encode()[:-1], "charset=cp1251") == f"{LONG}{text}\ufffd"


@pytest.mark.parametrize("body", [b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\x98\xff\x00"])
def test_bytes_of_no_text_raise_nothing(body: bytes) -> None:
    assert isinstance(decoded(body, "text/html; charset=\u00b2"), str)
