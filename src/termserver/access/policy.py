"""The policy made ready: which group a route belongs to, and whether somebody may ask it.

What nobody described is denied. A decision is a walk over the parts of a path and a look into a set.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

import orjson

from termserver.access.facts import Caller
from termserver.model.access import EVERYBODY, POLICY_PATH, Policy, RouteGroup
from termserver.model.codes import Audience
from termserver.model.values import value

LOCAL = "local"
"""The role of whoever sits at the machine itself (``termserver serve`` at home)."""
_REST = re.compile(r"\{[a-z_]+:path\}", re.ASCII)
_MOST_FOUND, _LONG = 4096, 200
_LIMITS = ("per_minute", "at_once", "together", "entries_per_minute", "entries_per_day")


@value
class Limits:
    """How much somebody may ask; 0 is no limit. The widest of their roles counts."""

    per_minute: int = 0
    at_once: int = 0
    together: int = 0
    entries_per_minute: int = 0
    entries_per_day: int = 0


NO_LIMITS = Limits()


class Standing:
    """What one caller may do, worked out once: the groups they may ask, and how much."""

    __slots__ = ("_policy", "caller", "everything", "groups", "limits", "payer")

    def __init__(self, caller: Caller, groups: frozenset[str], limits: Limits, policy: Policy) -> None:
        self.caller = caller
        self.groups = groups
        self.limits = limits
        self.everything = LOCAL in caller.roles
        self._policy = policy
        self.payer = _payer(caller)
        """Whose share is taken from."""

    def may(self, group: RouteGroup) -> bool:
        return self.everything or group.id in self.groups

    def audience(self, registry: str) -> Audience:
        """The audience of a registry that the caller belongs to."""
        return self._policy.dataset(registry).audience(self.caller.roles)

    def hidden(self, registry: str) -> tuple[str, ...]:
        """The properties of a registry that the policy shows to nobody."""
        return self._policy.dataset(registry).hidden


class Carrier(Protocol):
    """An opened release."""

    def artefact(self, path: str) -> bytes | None: ...


def released(releases: Iterable[Carrier]) -> Policy | None:
    """The policy that one of the releases carries; None if none does."""
    for release in releases:
        data = release.artefact(POLICY_PATH)
        if data is not None:
            return Policy.from_json(orjson.loads(data))
    return None


class Found(NamedTuple):
    """Where a path stands: its group for this method (None: the path is known, the method is not)."""

    group: RouteGroup | None
    methods: tuple[str, ...]


class _Node:
    """One part of the paths that begin alike."""

    __slots__ = ("any", "methods", "parts", "rests")

    def __init__(self) -> None:
        self.parts: dict[str, _Node] = {}
        self.any: _Node | None = None
        self.rests: list[tuple[str, dict[str, RouteGroup]]] = []
        self.methods: dict[str, RouteGroup] = {}


class Rules:
    """A policy as a table over routes; immutable and safe to share."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._exact: dict[str, dict[str, RouteGroup]] = {}
        self._root = _Node()
        for group in policy.groups:
            for route in group.routes:
                method, _, path = route.partition(" ")
                self._add(method, path, group)
        self._standings: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[frozenset[str], Limits]] = {}
        self._found: dict[tuple[str, str], Found | None] = {}

    def _add(self, method: str, path: str, group: RouteGroup) -> None:
        if "{" not in path:
            self._exact.setdefault(path, {})[method] = group
        node = self._root
        parts = path.split("/")[1:]
        for n, part in enumerate(parts):
            if _REST.fullmatch(part):
                ending = "/".join(("", *parts[n + 1 :])) if n + 1 < len(parts) else ""
                methods = next((known for said, known in node.rests if said == ending), None)
                if methods is None:
                    methods = {}
                    node.rests.append((ending, methods))
                    node.rests.sort(key=lambda one: -len(one[0]))  # the narrower rule first
                methods[method] = group
                return
            if part.startswith("{"):
                node.any = node.any or _Node()
                node = node.any
            else:
                node = node.parts.setdefault(part, _Node())
        node.methods[method] = group

    def find(self, method: str, path: str) -> Found | None:
        """The group of a route, or None where nobody described the path. HEAD is asked like GET."""
        try:
            return self._found[method, path]
        except KeyError:
            found = self._looked_up(method, path)
        if len(path) < _LONG:
            if len(self._found) >= _MOST_FOUND:
                self._found.clear()
            self._found[method, path] = found
        return found

    def _looked_up(self, method: str, path: str) -> Found | None:
        methods = self._exact.get(path)
        if methods is None:
            parts = path.split("/")
            methods = _walk(self._root, parts, 1)
            if methods is None and len(parts) > 2 and not parts[-1]:
                methods = _walk(self._root, parts[:-1], 1)  # the application leads on to the path without it
        if methods is None:
            return None
        return Found(methods.get("GET" if method == "HEAD" else method), tuple(methods))

    def standing(self, caller: Caller, scopes: Iterable[str] = ()) -> Standing:
        """What a caller may do; ``scopes`` (ids of groups) narrow it to those and to what everybody may."""
        known = self._standings.get(key := (caller.roles, tuple(scopes)))
        if known is None:
            known = self._standings[key] = self._worked_out(*key)
            if len(self._standings) > 4096:
                self._standings.clear()
        groups, limits = known
        return Standing(caller, groups, NO_LIMITS if LOCAL in caller.roles else limits, self.policy)

    def _worked_out(self, roles: tuple[str, ...], scopes: tuple[str, ...]) -> tuple[frozenset[str], Limits]:
        held = {one.partition(":")[0] for one in roles} | {EVERYBODY}
        groups = {
            group.id
            for group in self.policy.groups
            if EVERYBODY in group.roles or (held.intersection(group.roles) and (not scopes or group.id in scopes))
        }
        known = [role for role in self.policy.roles if role.id in held]
        return frozenset(groups), Limits(*(_widest(getattr(role, name) for role in known) for name in _LIMITS))


def _payer(caller: Caller) -> str:
    """The client, else the address (of IPv6, the network of a house)."""
    if caller.by != "none":
        return caller.name
    address = caller.address
    return "@" + (":".join(address.split(":")[:4]) if ":" in address else address)


def _widest(said: Iterable[int]) -> int:
    """The largest bound, 0 (none) where one of them is none."""
    bounds = list(said)
    return 0 if not bounds or 0 in bounds else max(bounds)


def _walk(node: _Node, parts: list[str], n: int) -> dict[str, Any] | None:
    if n == len(parts):
        return node.methods or None
    part = parts[n]
    below = node.parts.get(part)
    if below is not None:
        found = _walk(below, parts, n + 1)
        if found is not None:
            return found
    if node.any is not None and part:
        found = _walk(node.any, parts, n + 1)
        if found is not None:
            return found
    if node.rests:
        rest = "/".join(parts[n:])
        for ending, methods in node.rests:
            if not ending or rest.endswith(ending):
                return methods
    return None
