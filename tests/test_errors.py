"""The tree of errors is whole: every one that an operator reads stands in its docstring."""

from __future__ import annotations

import importlib
import pkgutil

import collectors
import collectors.errors
import monitor
import reports
import rules
from collectors.errors import UNEXPECTED, WRONG_INPUT, OperatorError, RunError, TroubleError
from monitor.errors.explain import explain


def every_module() -> None:
    for package in (collectors, rules, reports, monitor):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in found.name:
                importlib.import_module(found.name)


def below(parent: type[BaseException]) -> set[type[BaseException]]:
    children = set(parent.__subclasses__())
    return children.union(*(below(child) for child in children))


def test_the_tree_names_every_error() -> None:
    every_module()
    tree = collectors.errors.__doc__ or ""
    missing = {error.__name__ for error in below(OperatorError) | below(RunError)}
    assert {name for name in missing if name not in tree} == set()


def test_an_error_tells_its_lines_and_its_status() -> None:
    assert explain(OperatorError(["раз", "два"])) == (WRONG_INPUT, ("раз", "два"))
    assert explain(TroubleError("раз\nдва")) == (UNEXPECTED, ("раз", "два"))
    assert explain(OperatorError("раз", status=7)) == (7, ("раз",))


def test_nobody_foresaw_an_error_of_another_kind() -> None:
    assert explain(KeyError("x")) == (UNEXPECTED, [])
