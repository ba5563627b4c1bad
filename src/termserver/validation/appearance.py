"""Which elements of a document type a corpus has, and which of its rules ever found anything.

What never appears was never tried: neither the vendor's program nor our rules were asked about it.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from termserver.model.documents import DocumentType, RuleSet
from termserver.model.findings import Report
from termserver.parsing import gate
from termserver.parsing.faults import Unreadable
from termserver.validation.shape import Shape


class Coverage:
    """Counts over the documents of one type. Not safe to share between threads."""

    def __init__(self, document_type: DocumentType, rule_sets: Iterable[RuleSet]) -> None:
        self.type = document_type
        self.documents = 0
        self._shape = Shape(document_type)
        self._known = [path for path, _ in document_type.walk()]
        self._rules = list(dict.fromkeys(rule.id for rule_set in rule_sets for rule in rule_set.rules))
        self._seen: Counter[str] = Counter()
        self._found: Counter[str] = Counter()

    def add(self, data: bytes, report: Report) -> None:
        """Count one document, judged to be of this type."""
        self.documents += 1
        self._found.update({finding.rule for finding in report.findings})
        try:
            paths: set[str] = set()
            _walk(self._message(data), "", paths)
            self._seen.update(paths)
        except Unreadable:
            pass  # the report says so

    def _message(self, data: bytes) -> Any:
        if gate.kind_of(data) == "xml":
            from termserver.parsing import xml
            from termserver.validation.xml_message import XmlMessages

            return XmlMessages(self._shape).read(xml.parse(data))
        from termserver.parsing import json
        from termserver.validation.forms import canonical_json

        return canonical_json(json.parse(data), self._shape, data)[0]

    def never_appeared(self) -> list[str]:
        """The paths that no document has, in the order of the wire; what stands in an absent one is not listed."""
        absent = [path for path in self._known if not self._seen[path]]
        listed = set(absent)
        return [path for path in absent if path.rpartition(".")[0] not in listed]

    def never_found(self) -> list[str]:
        """The rules of the type that found nothing in any document, in their own order."""
        return [rule for rule in self._rules if not self._found[rule]]

    def as_json(self) -> dict[str, Any]:
        appeared = sum(bool(self._seen[path]) for path in self._known)
        return {
            "type": self.type.id,
            "version": self.type.version,
            "documents": self.documents,
            "elements": {
                "known": len(self._known),
                "appeared": appeared,
                "never": self.never_appeared(),
                "documents_with": {path: self._seen[path] for path in self._known if self._seen[path]},
            },
            "rules": {
                "known": len(self._rules),
                "found": sum(bool(self._found[rule]) for rule in self._rules),
                "never": self.never_found(),
                "documents_with": dict(sorted(self._found.items())),
            },
        }


def _walk(value: Any, path: str, paths: set[str]) -> None:
    if isinstance(value, list):
        for item in value:
            _walk(item, path, paths)
    elif isinstance(value, dict):
        for name, member in value.items():
            if member is None:
                continue
            here = f"{path}.{name}" if path else str(name)
            paths.add(here)
            _walk(member, here, paths)
