"""Steering the sandbox over HTTP, for tests and other processes: clock, faults, keys, the log.

POST clock {"now": ISO time or null} · POST faults {fields of Fault} · DELETE faults ·
POST revoke {"token": …} · GET log?surface=vk&method=wall.get · GET counters · DELETE log
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.sandbox.replies import Reply, in_json
from monitor.sandbox.state import State, Strike
from monitor.sandbox.world import Fault

DONE: dict[str, Any] = {"done": True}


def answer(
    state: State, verb: str, name: str, query: Mapping[str, str], given: Mapping[str, Any]
) -> Reply:
    try:
        return in_json(_done(state, verb, name, query, given))
    except (KeyError, TypeError, ValueError) as error:
        return Reply(body=f"{type(error).__name__}: {error}".encode(), status=400)


def _done(
    state: State, verb: str, name: str, query: Mapping[str, str], given: Mapping[str, Any]
) -> Any:
    match verb, name:
        case "POST", "clock":
            set_clock(state, given["now"])
        case "POST", "faults":
            state.strikes.append(Strike(Fault(**given)))
        case "DELETE", "faults":
            state.strikes.clear()
        case "POST", "revoke":
            state.revoked.add(given["token"])
        case "GET", "log":
            return requests_of(state, query)
        case "DELETE", "log":
            state.log.clear()
            state.counters.clear()
        case "GET", "counters":
            return dict(state.counters)
        case "GET", "clock":
            return {"now": state.now().isoformat()}
        case _:
            raise KeyError(f"{verb} {name}")
    return DONE


def set_clock(state: State, now: str | None) -> None:
    moment = None if now is None else datetime.fromisoformat(now)
    if moment is not None and moment.tzinfo is None:
        raise ValueError("a time needs an offset")
    state.clock = moment


def requests_of(state: State, query: Mapping[str, str]) -> list[dict[str, Any]]:
    lines = [call.as_dict() for call in list(state.log)]
    return [line for line in lines if all(str(line.get(k)) == v for k, v in query.items())]
