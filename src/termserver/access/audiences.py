"""What of an entry of a registry a caller may see.

Every property, and every field of a record, has an audience: public, qualified, registrar, nobody.
An entry is shaped before it leaves; what nobody described is shown to nobody.
"""

from collections.abc import Iterable
from typing import Any

from termserver.model.codes import Audience, CodeSystem, Kind, Property
from termserver.model.registries import record_of, record_text
from termserver.model.values import replace

ORDER = tuple(Audience)
"""From the widest audience to the narrowest; who belongs to one belongs to those before it."""


class Shaper:
    """Shapes the entries of one registry for one audience; codes of other systems pass as they are."""

    def __init__(self, system: CodeSystem, audience: Audience = Audience.PUBLIC, hidden: tuple[str, ...] = ()) -> None:
        self.key = "|".join((system.id, audience, *hidden))
        """Tells shapers apart: of two with one key the entries are the same."""
        self._everything = system.kind is not Kind.REGISTRY
        reach = ORDER.index(audience)

        def may(asked: Audience) -> bool:
            return asked is not Audience.NOBODY and ORDER.index(asked) <= reach

        self._seen: dict[str, frozenset[str] | None] = {}
        for known in system.properties:
            if may(known.audience) and known.code not in hidden:
                unseen = [field for field in known.fields if not may(field.audience)]
                fields = frozenset(field.code for field in known.fields if may(field.audience))
                self._seen[known.code] = fields if unseen else None

    def properties(self, given: Iterable[Property]) -> tuple[Property, ...]:
        """Those that may be seen, records without the fields that may not."""
        if self._everything:
            return tuple(given)
        shown = []
        for one in given:
            if one.code not in self._seen:
                continue
            fields = self._seen[one.code]
            if fields is not None:
                record = {name: said for name, said in record_of(one.value).items() if name in fields}
                one = replace(one, value=record_text(record))
            shown.append(one)
        return tuple(shown)

    def entry(self, said: dict[str, Any]) -> dict[str, Any]:
        """The JSON of an entry (``model.registries.entry_json``) with nothing but what may be seen; it is changed."""
        if self._everything:
            return said
        shown = []
        seen = self._seen
        for one in said.get("properties", ()):
            fields = seen.get(one["code"], _NEVER)
            if fields is _NEVER:
                continue
            if fields is not None and one["value"].__class__ is dict:
                one["value"] = {name: told for name, told in one["value"].items() if name in fields}
            shown.append(one)
        if shown:
            said["properties"] = shown
        else:
            said.pop("properties", None)
        return said


_NEVER: frozenset[str] = frozenset(("never",))
