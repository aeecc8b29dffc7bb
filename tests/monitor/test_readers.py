"""Each person gets one letter, in however many lists."""

from __future__ import annotations

from typing import Any

from monitor.config import Mail
from monitor.mail.readers import informed, readers_of
from monitor.storage.roles import deputy_of, towns_of

BOSS, MAYOR, BOTH = "boss@example.org", "mayor@example.org", "both@example.org"


def mail(recipients: list[str], **towns: list[str]) -> Mail:
    tables: dict[str, Any] = {name: {"recipients": readers} for name, readers in towns.items()}
    return Mail.model_validate({"recipients": recipients, "municipalities": tables})


def told(*given: Any, **towns: list[str]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return [(one.towns, one.recipients) for one in readers_of(mail(*given, **towns))]


def test_who_reads_of_all_gets_no_letter_of_one_beside_it() -> None:
    assert told([BOSS], near=[BOSS.upper(), MAYOR]) == [((), (BOSS,)), (("near",), (MAYOR,))]


def test_who_reads_of_several_gets_one_letter_of_them() -> None:
    assert told([], near=[MAYOR, BOTH], far=[BOTH]) == [
        (("near",), (MAYOR,)),
        (("near", "far"), (BOTH,)),
    ]


def test_schools_wait_for_whoever_reads_of_their_town() -> None:
    settings = mail([BOSS], near=[BOSS], far=[BOTH], east=[BOTH])
    assert informed(settings, ["near", "far", "east"], ["deputy"]) == {"near"}
    assert informed(settings, ["near", "far", "east"], [deputy_of("far", "east")]) == {
        "far",
        "east",
    }


def test_a_role_names_its_towns() -> None:
    assert towns_of(deputy_of("far", "east")) == {"far", "east"}
    assert towns_of(deputy_of()) == frozenset()
