"""Single changes to a document, and how findings are compared."""

import copy
from collections.abc import Callable
from typing import Any

from termserver.model.findings import Report

Change = Callable[[dict[str, Any]], None]


def at(message: Any, path: str) -> Any:
    """The value at a path such as ``Composition.Insurance[0].Insurer``."""
    for step in path.replace("[", ".[").split("."):
        message = message[int(step[1:-1])] if step.startswith("[") else message[step]
    return message


def put(path: str, value: Any) -> Change:
    """A change that writes a value."""
    parent, _, name = path.rpartition(".")

    def change(message: dict[str, Any]) -> None:
        (at(message, parent) if parent else message)[name] = copy.deepcopy(value)

    return change


def drop(path: str) -> Change:
    """A change that takes a member out."""
    parent, _, name = path.rpartition(".")

    def change(message: dict[str, Any]) -> None:
        del (at(message, parent) if parent else message)[name]

    return change


def add(path: str, value: Any) -> Change:
    """A change that adds an item to a list."""
    return lambda message: at(message, path).append(copy.deepcopy(value))


def both(*changes: Change) -> Change:
    def change(message: dict[str, Any]) -> None:
        for one in changes:
            one(message)

    return change


def changed(message: dict[str, Any], change: Change) -> dict[str, Any]:
    copied = copy.deepcopy(message)
    change(copied)
    return copied


def coded(system: str, code: str, label: str) -> dict[str, str]:
    return {"Value": label, "Terminology_id": system, "Coded_string": code}


def said(report: Report) -> list[tuple[str, str]]:
    """Rule and path of every finding, as twins are compared."""
    return sorted((finding.rule, finding.where.path) for finding in report.findings)
