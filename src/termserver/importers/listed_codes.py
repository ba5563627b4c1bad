"""Codes that come as lists over several systems, each a fragment of its system (IHE SVS, the former service)."""

from collections.abc import Iterator

from termserver.content.codesystem_files import PROVISIONAL_BASE
from termserver.importers.fhir_systems import slug
from termserver.importers.taken import Gathering, Notes, Wishes
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept, Content
from termserver.model.text import Text
from termserver.model.values import replace


class ListedCodes:
    """Gathers codes by the name under which their system was given; ``id`` tells how it is known here."""

    def __init__(self, wishes: Wishes, notes: Notes) -> None:
        self._notes = notes
        self._known = {name.casefold(): system for system in wishes.registered.values() for name in system.names()}
        self._systems: dict[str, CodeSystem] = {}
        self._gathered: dict[str, Gathering] = {}
        self._version = wishes.version

    def system(self, name: str, title: str = "", version: str = "") -> CodeSystem:
        """The registered system with that name (id, native id, URL, OID), else a new one."""
        key = name.casefold().removeprefix("urn:oid:")
        known = self._systems.get(key)
        if known is None:
            known = self._known.get(key) or self._known.get(f"urn:oid:{key}")
            if known is None:
                is_oid = bool(key) and all(part.isdigit() for part in key.split("."))
                id = slug(title or name.rstrip("/").rpartition("/")[2])
                if id in {one.id for one in self._systems.values()}:
                    id = slug(f"{id} {name}")
                url = name if ":" in name else f"urn:oid:{name}" if is_oid else f"{PROVISIONAL_BASE}/CodeSystem/{id}"
                known = CodeSystem(
                    id,
                    url,
                    Text(en=title or name),
                    version,
                    Content.FRAGMENT,
                    native_id="" if ":" in name or is_oid else name,
                    oid=key if is_oid else "",
                    provisional=True,
                )
            self._systems[key] = known
            self._gathered[known.id] = Gathering(self._notes, not known.case_sensitive)
        return known

    def put(self, system: CodeSystem, code: str, display: Text, row: int) -> bool:
        """Take a code; one that is there already gets the name in the other language, or is only counted."""
        gathered = self._gathered[system.id]
        before = gathered.get(code.strip())
        if before is None:
            return gathered.put(Concept(code, display if str(display) else Text(en=code)), row)
        self._notes.landed += 1
        merged = Text(before.display.fa or display.fa, before.display.en or display.en)
        for language in ("fa", "en"):
            one, other = getattr(before.display, language), getattr(display, language)
            if one and other and one != other:
                self._notes.flag(
                    row,
                    "display",
                    "name.differs",
                    f"'{code}' is called '{one}' and '{other}'; the first was kept.",
                    f"«{code}» هم «{one}» نام دارد و هم «{other}»؛ نخستین نگه داشته شد.",
                    other,
                )
        if merged != before.display:
            gathered.change(code.strip(), display=merged)
        return True

    def contents(self, issue: str, source: str) -> Iterator[CodeSystemContent]:
        """The systems with what was listed of them; one that is registered gets a version of its own."""
        for system in self._systems.values():
            concepts = self._gathered[system.id].concepts()
            if not concepts:
                continue
            before = system.version.partition("+")[0]
            registered = system.id in {one.id for one in self._known.values()}
            version = self._version or (f"{before}+{issue}" if registered and before else before or issue)
            content = Content.FRAGMENT if system.content is Content.NOT_PRESENT else system.content
            yield CodeSystemContent(
                replace(system, version=version, content=content, source=system.source or source), concepts
            )
