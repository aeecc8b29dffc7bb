"""Values of the registry that stand in a text word for word, and those that only seem to."""

from __future__ import annotations

import pytest

from rules.names.literal import holds_email, holds_phone, holds_site


@pytest.mark.parametrize(
    "text",
    [
        "school@kedr.example",
        "Пишите: SCHOOL@Kedr.Example.",
        "mailto:school@kedr.example?subject=",
        "xschool@kedr.example, school@kedr.example",
    ],
)
def test_an_email_stands_by_itself_in_any_case(text: str) -> None:
    assert holds_email([text], " school@kedr.example ")


@pytest.mark.parametrize(
    "text",
    [
        "old-school@kedr.example",
        "my.school@kedr.example",
        "the_school@kedr.example",
        "5school@kedr.example",
        "school@kedr.example-city",
        "school@kedr.examples",
    ],
)
def test_a_longer_email_is_another(text: str) -> None:
    assert not holds_email([text], "school@kedr.example")


@pytest.mark.parametrize(
    "text",
    [
        "8(38250)3-55-46 3-55-47",
        "+73825035546",
        "3825035546",
        "3-55-46",
        "８（３８２５０）３－５５－４６",
    ],
)
def test_a_number_stands_in_any_grouping(text: str) -> None:
    assert holds_phone([text], "3825035546")


@pytest.mark.parametrize(
    "text", ["8(38250)3-55-466", "838250355466", "98382503 55 46 1", "5-55-46"]
)
def test_a_number_with_a_digit_too_many_is_another(text: str) -> None:
    assert not holds_phone([text], "3825035546")


@pytest.mark.parametrize(
    "text",
    ["kedr.example", "Сайт: WWW.Kedr.Example/", "https://kedr.example/about", "m.kedr.example"],
)
def test_a_site_stands_with_www_and_without(text: str) -> None:
    assert holds_site([text], "https://www.kedr.example/")


@pytest.mark.parametrize("text", ["my-kedr.example", "adm@kedr.example", "kedr.example-1", ""])
def test_a_longer_host_or_a_mailbox_is_no_site(text: str) -> None:
    assert not holds_site([text], "kedr.example")


def test_a_section_of_a_portal_needs_its_path() -> None:
    section = "https://portal.example/school-1/"
    assert holds_site(["portal.example/School-1"], section)
    assert not holds_site(["portal.example/school-12"], section)
    assert not holds_site(["portal.example"], section)
