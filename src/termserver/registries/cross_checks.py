"""What entries say against the rest of the world: lists, other registries, and each other.

A batch of rows is looked at together, so that the store is asked once for many; what was asked
of a list is remembered.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from hashlib import blake2b
from typing import Protocol

import orjson

from termserver.model.fold import key as name_key
from termserver.model.ports import CodeState
from termserver.registries.definition import Definition
from termserver.registries.rows import Json, Row

State = Callable[[str, str], str]
"""How a code stands in a list (``CodeState``); of a list that nobody knows, NOT_PRESENT."""

_REMEMBERED = 500_000
_TELLING = {
    CodeState.UNKNOWN: (
        "value.unknown-code",
        "'{0}' is not in the list {1}.",
        "«{0}» در فهرست {1} نیست.",
    ),
    CodeState.UNLISTED: (
        "value.unlisted-code",
        "'{0}' is not in the part of the list {1} that is here.",
        "«{0}» در بخشی از فهرست {1} که اینجاست نیست.",
    ),
    CodeState.BAD_SHAPE: (
        "value.shape",
        "'{0}' has not the form of a code of {1}.",
        "«{0}» شکل کد {1} را ندارد.",
    ),
    CodeState.BAD_CHECK: (
        "value.check-digit",
        "The check digit of '{0}' ({1}) is wrong.",
        "رقم کنترل «{0}» ({1}) درست نیست.",
    ),
}


class Store(Protocol):
    """What is asked of the open transaction (``database.registry_writing.RegistryWriting``)."""

    def holds(self, registry: str, codes: Collection[str]) -> tuple[bool, frozenset[str]]: ...
    def claimed(self, hashes: Collection[int]) -> dict[int, list[str]]: ...
    def documents(self, keys: Sequence[str]) -> dict[str, bytes]: ...


class CrossChecks:
    """The quality checks of one load that need more than the entry."""

    def __init__(
        self, definition: Definition, state: State, store: Store, registries: Collection[str], delta: bool
    ) -> None:
        self._definition = definition
        self._delta = delta
        self._state = state
        self._store = store
        self._registries = frozenset(registries)
        self._good: set[tuple[str, str]] = set()
        self._states: dict[tuple[str, str], str] = {}
        self._waiting: dict[str, list[tuple[Row, str]]] = defaultdict(list)
        self._claimed: dict[int, str] = {}
        self._generics: dict[str, frozenset[str]] = {}

    def check(self, rows: Sequence[Row]) -> list[frozenset[int]]:
        """Add what is doubtful to the warnings of the rows; what each of them claims comes back, in their order."""
        self._codes(rows)
        claims = [self._claims(row) for row in rows]
        self._alone(rows, claims)
        return [frozenset(one) for one in claims]

    # codes of lists and of other registries

    def _codes(self, rows: Sequence[Row]) -> None:
        asked: dict[str, set[str]] = defaultdict(set)
        good, states = self._good, self._states
        doubtful = []
        for row in rows:
            for bound in row.bound:
                pair = bound[0]
                if pair not in good:
                    doubtful.append((row, bound))
                    if pair not in states:
                        asked[pair[0]].add(pair[1])
        if len(good) > _REMEMBERED:
            good.clear()
        for system, codes in asked.items():
            self._ask(system, codes)
        own = self._definition.id
        for row, ((system, code), at) in doubtful:
            told = states.get((system, code), CodeState.OK)
            if told not in _TELLING:
                continue
            if system == own:
                self._waiting[self._definition.key(code)].append((row, at))  # it may come further down
            elif system in self._registries and told in (CodeState.UNKNOWN, CodeState.UNLISTED):
                _orphan(row, system, code, at)
            else:
                rule, en, fa = _TELLING[told]
                row.warn(rule, at, code, en.format(code, system), fa.format(code, system))
        if len(states) > _REMEMBERED:
            states.clear()

    def _ask(self, system: str, codes: set[str]) -> None:
        if system in self._registries:
            there, found = self._store.holds(system, codes)
            if there or system == self._definition.id:
                for code in codes:
                    self._remember(system, code, CodeState.OK if code in found else CodeState.UNKNOWN)
                return
        for code in codes:
            told = self._state(system, code)
            # of a registry that was never loaded, a fragment of codes cannot tell that another one is missing
            never = system in self._registries and told == CodeState.UNLISTED
            self._remember(system, code, CodeState.OK if never else told)

    def _remember(self, system: str, code: str, told: str) -> None:
        if told in _TELLING:
            self._states[system, code] = told
        else:
            self._good.add((system, code))

    def orphans(self, there: Callable[[Collection[str]], Collection[str]]) -> list[Row]:
        """At the end of the file: the rows that name an entry of this registry which is not there, warned."""
        missing = self._waiting.keys() - set(there(list(self._waiting)))
        warned: dict[int, Row] = {}
        for key in sorted(missing):
            for row, at in self._waiting[key]:
                _orphan(row, self._definition.id, key, at)
                warned[row.number] = row
        return list(warned.values())

    # what an entry should have alone

    def _claims(self, row: Row) -> dict[int, tuple[str, str, str]]:
        """By its hash: which rule, at which place, which value."""
        claims: dict[int, tuple[str, str, str]] = {}
        body = row.body
        display = body.get("display", {})
        values: dict[str, str] = {}
        for stated in body.get("properties", ()):
            code, value = stated["code"], stated["value"]
            if code == "gtin":
                claims[_hash(b"gtin", value)] = ("gtin.collision", "gtin", value)
            elif code == "national-code-hash":
                claims[_hash(b"person", value)] = ("person.twice", "national-code-hash", "")
            elif code in ("birth-year", "area", "type") and isinstance(value, str):
                values.setdefault(code, value)
        name = display.get("fa") or display.get("en")
        if not name or body.get("status") == "retired":
            return claims
        if "birth-year" in values:
            of = f"{name_key(name)}\n{values['birth-year']}"
            claims[_hash(b"name", of)] = ("name.twice", "display", f"{name}, {values['birth-year']}")
        elif "area" in values and "type" in values:
            of = f"{name_key(name)}\n{values['type']}\n{values['area']}"
            claims[_hash(b"name", of)] = ("name.twice", "display", f"{name}, {values['area']}")
        return claims

    def _alone(self, rows: Sequence[Row], claims: Sequence[dict[int, tuple[str, str, str]]]) -> None:
        # a full file holds every entry itself
        stored = self._store.claimed({hashed for one in claims for hashed in one}) if self._delta else {}
        others: list[tuple[Row, tuple[str, str, str], str]] = []
        for row, claimed in zip(rows, claims, strict=True):
            key = self._definition.key(row.code)
            for hashed, said in claimed.items():
                other = self._claimed.setdefault(hashed, row.code)
                if self._definition.key(other) != key:
                    others.append((row, said, other))
                elif kept := [one for one in stored.get(hashed, ()) if one != key]:
                    others.append((row, said, kept[0]))
                if said[0] == "gtin.collision":
                    self._generics.setdefault(key, _generics(row.body))
        if others:
            self._tell(others)

    def _tell(self, others: list[tuple[Row, tuple[str, str, str], str]]) -> None:
        self._fetch({self._definition.key(other) for _, said, other in others if said[0] == "gtin.collision"})
        for row, (rule, at, value), other in others:
            if rule == "gtin.collision":
                # one package code stands for many packings of one drug; of two drugs it is a slip
                mine, theirs = _generics(row.body), self._generics.get(self._definition.key(other), frozenset())
                if not mine or not theirs or mine & theirs:
                    continue
                en = f"The GTIN {value} is also that of {other}, which is another drug."
                fa = f"GTIN {value} از آنِ {other} هم هست که داروی دیگری است."
            elif rule == "person.twice":
                en = f"{other} has the same national code."
                fa = f"{other} همین کد ملی را دارد."
            else:
                of = "year of birth" if len(value.rpartition(", ")[2]) == 4 else "place"
                en = f"{other} has the same name and {of}: {value}."
                fa = f"{other} همین نام و سال تولد یا محل را دارد: {value}."
            row.warn(rule, at, value, en, fa)

    def _fetch(self, keys: set[str]) -> None:
        missing = sorted(keys - self._generics.keys())
        for key, body in self._store.documents(missing).items() if missing else ():
            self._generics[key] = _generics(orjson.loads(body))


def _orphan(row: Row, registry: str, code: str, at: str) -> None:
    row.warn(
        "reference.orphan",
        at,
        code,
        f"{code} is not in the registry {registry}.",
        f"{code} در ثبت {registry} نیست.",
    )


def _generics(body: Json) -> frozenset[str]:
    return frozenset(stated["value"] for stated in body.get("properties", ()) if stated["code"] == "generic")


def _hash(kind: bytes, value: str) -> int:
    return int.from_bytes(blake2b(value.encode(), digest_size=8, person=kind).digest(), "big", signed=True)
