"""Who looked somebody up: the accesses to one entry, told for the person whom it is about."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from termserver.access.audit_reading import Event, Wanted, events
from termserver.model.values import replace, value


@value
class Looked:
    """One who looked: how often, from when to when, and by which ways."""

    who: str
    organisation: str
    roles: tuple[str, ...]
    purpose: str
    times: int
    first: str
    last: str
    actions: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "who": self.who,
            "organisation": self.organisation,
            "roles": list(self.roles),
            "purpose": self.purpose,
            "times": self.times,
            "first": self.first,
            "last": self.last,
            "actions": list(self.actions),
        }


@value
class About:
    """The accesses to one entry: by its code, and within copies of its whole registry, which name no codes."""

    code: str
    looked: tuple[Looked, ...]
    copies: tuple[Looked, ...]
    events: tuple[Event, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "looked": [one.as_json() for one in self.looked],
            "copies": [one.as_json() for one in self.copies],
            "accesses": [{name: told for name, told in one.items() if name != "codes"} for one in self.events],
        }


def about(folders: Iterable[Path], code: str, registry: str, since: str = "", until: str = "") -> About:
    """Who was shown the entry ``code``, or verified it, in that time; raise UsageError for a folder without a log."""
    folders = list(folders)
    found = tuple(events(folders, Wanted(since, until, code=code)))
    whole = Wanted(since, until, registry=registry)
    copies = [one for one in events(folders, replace(whole, action="changes")) if one.get("count")]
    return About(code, _gathered(found), _gathered(copies), found)


def _gathered(some: Iterable[Event]) -> tuple[Looked, ...]:
    """One line for each who looked, the most recent first."""
    known: dict[tuple[str, str, str], Looked] = {}
    for said in some:
        who, organisation = said.get("who", "anonymous"), said.get("organisation", "")
        if said.get("by") in ("none", None):
            who = f"{who} {said.get('address', '')}".strip()  # somebody without a name has at least an address
        key = (who, organisation, said.get("purpose", ""))
        action = said.get("do", "")
        one = known.get(key)
        if one is None:
            roles = tuple(said.get("roles", ()))
            known[key] = Looked(who, organisation, roles, said.get("purpose", ""), 1, said["t"], said["t"], (action,))
        else:
            actions = one.actions if action in one.actions else (*one.actions, action)
            known[key] = replace(one, times=one.times + 1, last=said["t"], actions=actions)
    return tuple(sorted(known.values(), key=lambda one: one.last, reverse=True))
