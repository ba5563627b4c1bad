"""One concept as an expansion shows it."""

from collections.abc import Sequence

from termserver.fhir import urls
from termserver.fhir.languages import Languages, norm
from termserver.fhir.names import all_names, preferred
from termserver.fhir.systems import Concept, Designation, Json, System, extension_value, value_of
from termserver.fhir.value_set import Listed

_ADDED = {
    "order": (urls.VS_ORDER, urls.CS_ORDER, "valueDecimal"),
    "label": (urls.VS_LABEL, urls.CS_LABEL, "valueString"),
    "weight": (urls.WEIGHT, urls.WEIGHT, "valueDecimal"),
}
_URIS = {"weight": urls.PROPERTIES + "itemWeight"}


class Renderer:
    """Makes ``contains``; remembers which properties it met."""

    def __init__(
        self,
        languages: Languages,
        designations: bool,
        only: Sequence[str],
        properties: Sequence[str],
        versioned: frozenset[str],
    ) -> None:
        self._languages = languages
        self._designations = designations or bool(only)
        self._only = [tuple(one.rpartition("|")[::2]) for one in only]
        self._properties = properties
        self._versioned = versioned
        self._bare = not self._designations and not properties
        self.used: dict[str, str] = {}

    def declared(self) -> list[Json]:
        return [{"code": code, "uri": uri} if uri else {"code": code} for code, uri in self.used.items()]

    def contains(self, system: System, ordinal: int, listed: Listed | None) -> Json:
        head = system.head
        if self._bare and listed is None and not self._languages and head.url not in self._versioned:
            simply = system.simply(ordinal)  # most rows of most expansions
            if simply is not None:
                return _row(head.url, *simply)
        concept = system.concept(ordinal)
        if (
            self._bare
            and listed is None
            and not (concept.extension or concept.status or concept.abstract or concept.inactive)
        ):
            shown = preferred(concept, head.language, self._languages) if self._languages else None
            name = shown.value if shown is not None else "" if self._languages else concept.display
            if head.url not in self._versioned:
                return _row(head.url, concept.code, name)
        said: Json = {}
        extension = self._extension(concept, listed)
        if extension:
            said["extension"] = extension
        said["system"] = head.url
        if concept.abstract:
            said["abstract"] = True
        if concept.inactive:
            said["inactive"] = True
        if head.url in self._versioned and head.version:
            said["version"] = head.version
        said["code"] = concept.code
        shown = preferred(concept, head.language, self._languages, listed)
        if shown is not None and shown.value:
            said["display"] = shown.value
        if self._designations:
            others = [
                designation_json(name)
                for name in all_names(concept, head.language, listed)
                if name.value and not _same(name, shown) and self._wanted(name)
            ]
            if others:
                said["designation"] = others
        properties = self._said(system, ordinal, concept, listed)
        if properties:
            said["property"] = properties
        return said

    @staticmethod
    def _extension(concept: Concept, listed: Listed | None) -> list[Json]:
        known = [*concept.extension, *(listed.extension if listed is not None else ())]
        found = {}
        for extension in known:
            url = extension.get("url", "")
            if url in urls.ECHOED:
                found[url] = extension
        for extension in listed.extension if listed is not None else ():
            if extension.get("url") == urls.STANDARDS_STATUS:  # a system's own is told as a property
                found[urls.STANDARDS_STATUS] = extension
        return list(found.values())

    def _wanted(self, name: Designation) -> bool:
        if not self._only:
            return True
        for system, code in self._only:
            if system == urls.BCP47:
                if norm(name.language) == norm(code):
                    return True
            elif name.use and name.use.get("code") == code and (not system or name.use.get("system") == system):
                return True
        return False

    def _said(self, system: System, ordinal: int, concept: Concept, listed: Listed | None) -> list[Json]:
        found: list[Json] = []
        if concept.status and concept.status != "active":
            self.used.setdefault("status", urls.PROPERTIES + "status")
            found.append({"code": "status", "valueCode": concept.status})
        for code, (in_set, in_system, kind) in _ADDED.items():
            value = extension_value(listed.extension, in_set) if listed is not None else None
            if value is None:
                value = extension_value(concept.extension, in_system)
            if value is not None:
                self.used.setdefault(code, _URIS.get(code, urls.PROPERTIES + code))
                found.append({"code": code, kind: value})
        for wanted in self._properties:
            found += self._property(system, ordinal, concept, wanted)
        return found

    def _property(self, system: System, ordinal: int, concept: Concept, wanted: str) -> list[Json]:
        head, found = system.head, []
        everything = wanted == "*"
        if wanted in ("definition", urls.PROPERTIES + "definition") or everything:
            if concept.definition:
                self.used.setdefault("definition", urls.PROPERTIES + "definition")
                found.append({"code": "definition", "valueString": concept.definition})
            if not everything:
                return found
        if wanted == "inactive" and "inactive" not in head.properties:
            self.used.setdefault("inactive", urls.PROPERTIES + "inactive")
            return [{"code": "inactive", "valueBoolean": concept.inactive}]
        if wanted in ("parent", "child"):
            self.used.setdefault(wanted, urls.PROPERTIES + wanted)
            family = system.parents(ordinal) if wanted == "parent" else system.children(ordinal)
            return [{"code": wanted, "valueCode": system.concept(one).code} for one in family]
        for said in concept.properties:
            code = str(said.get("code", ""))
            uri = str(head.properties.get(code, {}).get("uri", ""))
            if head.kind(code) == "status" or not (everything or wanted in (code, uri)):
                continue
            name, value = value_of(said)
            if name:
                self.used.setdefault(code, uri)
                found.append({"code": code, name: value})
        return found


def designation_json(name: Designation) -> Json:
    said: Json = {}
    if name.extension:
        said["extension"] = list(name.extension)
    if name.language:
        said["language"] = name.language
    if name.use:
        said["use"] = name.use
    if name.additional_use:
        said["additionalUse"] = list(name.additional_use)
    said["value"] = name.value
    return said


def _row(url: str, code: str, name: str) -> Json:
    return {"system": url, "code": code, "display": name} if name else {"system": url, "code": code}


def _same(name: Designation, shown: Designation | None) -> bool:
    if shown is None:
        return False
    return name is shown or (
        name.value == shown.value and name.language == shown.language and (name.use == shown.use or name.use is None)
    )
