"""What a reply says, of which case, whatever mail programs and people make of it."""

from __future__ import annotations

import pytest

from monitor.mail.inbox.keys import Key, keys_in
from monitor.mail.inbox.kinds import is_misnamed, kind_of
from monitor.mail.inbox.opened import opened
from monitor.mail.inbox.own_words import own_words, words_of_html
from monitor.mail.inbox.told import by_requirement, proposal_of

ASKED = Key("town", "school-1", ("6.5",))


@pytest.mark.parametrize(
    "subject",
    [
        "[Дозор town/school-1/6.5]",
        "Re: Fwd: [ДОЗОР  Town / School-1 / 6.5 ] Подтвердите",
        "HA: (дозор town/school-1/6.5)",
        "[Дозор\xa0town/school-1/6.5",
        "Дозор town/school‑1/6.5: исправили",
        "［Дозор town／school-1／6.5］",
        "[Dozor: town\\school-1\\6.5]",
    ],
)
def test_a_damaged_key_is_known(subject: str) -> None:
    assert keys_in(subject) == (ASKED,)


@pytest.mark.parametrize("subject", ["Дозор", "О дозоре в school-1", "town/school-1/6.5", ""])
def test_what_is_no_key_is_taken_for_none(subject: str) -> None:
    assert keys_in(subject) == ()


def test_a_key_may_name_several_requirements_or_none() -> None:
    (several,) = keys_in("[Дозор town/school-1/6.5, kedrovy-2022-298/6.8]")
    assert several.requirements == ("6.5", "kedrovy-2022-298/6.8")
    assert keys_in("[Дозор town/school-1] Исправили") == (Key("town", "school-1"),)


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: =?koi8-r?B?W+TP2s/SIHRvd24vc2Nob29sLTEvNi41XQ==?=",
        "Subject: [Дозор town/school-1/6.5]".encode(),
        "Subject: [Дозор town/school-1/6.5]".encode("cp1251"),
        b"Subject: =?utf-8?B?W9CU0L7Qt9C+?=\r\n =?utf-8?B?0YAgdG93bi9z?=chool-1/6.5]",
        b"Subject: Re:\r\n =?utf-8?B?W9CU0L7Qt9C+0YA=?= town/school-1/6.5]",
    ],
    ids=["koi8-r", "bare utf-8", "bare cp1251", "folded", "half encoded"],
)
def test_the_key_is_read_out_of_any_subject(head: bytes) -> None:
    assert keys_in(opened(head + b"\r\n\r\nx").subject) == (ASKED,)


# --- own words ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "quoted",
    [
        "> Исправьте телефон.\n> Срок — пятница.",
        '29.11.2026, 10:00, "Дозор" <dozor@example.org>:\n> Исправьте.',
        "пн, 30 нояб. 2026 г. в 10:00, Дозор <dozor@example.org>:\n\n> Исправьте.",
        "Понедельник, 30 ноября 2026, 10:00 +03:00 от Дозор <dozor@example.org>:\n> Исправьте.",
        "On Mon, Nov 30, 2026 at 10:00 AM Дозор\n<dozor@example.org> wrote:\n> Исправьте.",
        "-----Original Message-----\nFrom: Дозор\nИсправьте.",
        "-------- Пересылаемое сообщение --------\nОт: Дозор\nИсправьте.",
        "От: Дозор <dozor@example.org>\nОтправлено: 30 ноября\nКому: школа\nТема: х\n\nИсправьте.",
        "________________________________\nОт: Дозор\nИсправьте.",
    ],
)
def test_what_a_reply_quotes_is_not_its_own(quoted: str) -> None:
    assert own_words(f"Исправили.\n\n{quoted}\n") == "Исправили."


def test_answers_between_quoted_lines_stay() -> None:
    assert own_words("> Телефон?\nИсправили.\n> Адрес?\nТоже.\n") == "Исправили.\nТоже."


def test_a_page_of_html_is_read_without_its_quotation() -> None:
    html = "<style>p{}</style><p>Испра<b>вили</b></p><blockquote><p>не&nbsp;верно</p></blockquote>"
    assert own_words(words_of_html(html)) == "Исправили"


# --- what is said -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Добрый день! Исправили, спасибо.", "corrected"),
        ("Замечание устранено 29.11.2026", "corrected"),
        ("Исправили (да), дата: да, 29.11.2026\nНе согласны, потому что: \n", "corrected"),
        ("Исправили (да), дата: \nНе согласны, потому что: телефон есть\n", "disagrees"),
        ("Исправлено (да/нет): да\nАдрес страницы: https://ok.ru/school\n", "corrected"),
        ("Исправлено (да/нет): да\nНе согласны, потому что: нет\n", "corrected"),
        ("Исправлено (да/нет): нет\nНе согласны, потому что: телефон есть\n", "disagrees"),
        ("Исправлено (да/нет): \nПисьмо ЦУР, № и дата: 7/3 от 05.12.2022\n", "confirms"),
        ("Исправлено (да/нет): нет\nПриказ, № и дата: 7 от 05.12.2022\n", ""),
        ("Исправлено (да/нет): да, частично\n", ""),
        ("С выводом не согласны: телефон в описании.", "disagrees"),
        ("Просим поправить телефон в реестре.", "correct_registry"),
        ("Подтверждаем.", "confirms"),
        ("Отметка есть (да/нет): да\nДолжность: директор", "confirms"),
        ("Адрес страницы: https://vk.com/school1", "correct_registry"),
        ("Исправили (да), дата: \nНе согласны, потому что: \nДолжность: \n", ""),
        ("Исправили (да), дата: нет, ещё нет", ""),
        ("Пока не исправили", ""),
        ("Исправили частично", ""),
        ("Исправлено? Проверьте", ""),
        ("Если исправили, напишите", ""),
        ("Телефон исправили, с адресом не согласны", ""),
        ("Спасибо, получили", ""),
    ],
)
def test_of_what_is_doubtful_nothing_is_guessed(words: str, kind: str) -> None:
    assert proposal_of(words).kind == kind


@pytest.mark.parametrize(
    "words",
    [
        "защита включена у 2 из 3",
        "Управляют страницей, человек: 3\nЗащита включена у: 2\n",
        "управляют 3, защита у 2",
    ],
)
def test_how_many_of_how_many_is_read(words: str) -> None:
    found = proposal_of(words)
    assert (found.count, found.of) == (2, 3)


@pytest.mark.parametrize(
    ("words", "document"),
    [
        ("Приказ № 12-о от 05.12.2022.", "приказ № 12-о от 05.12.2022"),
        ("Приказ, № и дата: 12 от 05.12.2022", "приказ № 12 от 05.12.2022"),
        ("Письмо ЦУР, № и дата: № 7/3, 05.12.2022", "письмо № 7/3 от 05.12.2022"),
        ("Документ: инструкция\n№ и дата: 4 от 05.12.2022", "инструкция № 4 от 05.12.2022"),
        ("Дата проверки: 05.12.2022\nДокумент, №: 9", "документ № 9 от 05.12.2022"),
        ("Приказ, № и дата: 12 от 35.12.2022", ""),
        ("Приказ, № и дата: ", ""),
    ],
)
def test_a_document_has_a_number_and_a_day(words: str, document: str) -> None:
    assert proposal_of(words).document == document


def test_an_answer_to_all_at_once_is_read_by_its_lines() -> None:
    words = "6.5: управляют 3, защита у 3\n6.8: письмо ЦУР № _ от _\n11: \n"
    assert by_requirement(words) == {"6.5": "управляют 3, защита у 3"}


def test_a_line_of_the_form_is_read_with_what_it_asks() -> None:
    words = (
        "6.1-pos — подключено (да/нет), с какого дня, где ссылка: да, с 1 мая\n"
        "6.3 — документ, № и дата: приказ № 5 от 01.09.2024\n"
        "6.5 - управляют страницей, из них с защитой: 3, 2\n"
        "6.7 — подключена (да/нет), с какого дня: \n"
        "29.11.2026 — отвечаем: директор\nДолжность: директор\n"
    )
    pos, order, guard = (proposal_of(line, "директор") for line in by_requirement(words).values())
    assert (pos.kind, pos.affirmed) == ("confirms", True)
    assert order.document == "приказ № 5 от 01.09.2024"
    assert (guard.kind, guard.count, guard.of, guard.post) == ("confirms", 2, 3, "директор")
    assert guard.corrections == ()
    assert proposal_of(words).post == "директор"


def test_files_are_told_by_their_content() -> None:
    assert kind_of(b"%PDF-1.7") == "pdf"
    assert is_misnamed("scan.jpg", b"%PDF-1.7")
    assert not is_misnamed("scan.jpeg", b"\xff\xd8\xff\xe0")
