"""The document types that the releases of an edition hold, with their rules, schemas and examples."""

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from termserver.model.documents import DocumentType, RuleSet
from termserver.model.errors import ReleaseError, UnknownDocumentType, UsageError
from termserver.model.ports import Codes
from termserver.releases.digests import natural
from termserver.releases.document_records import HEADS, decode_document_type, decode_heads, decode_rule_set
from termserver.releases.file import ReleaseFile
from termserver.validation.kept_code import CodeFiles

if TYPE_CHECKING:
    from termserver.model.destinations import Destination
    from termserver.validation.judge import Documents

FORMATS = ("xml", "json")


class EditionDocuments:
    """The document types of some releases; immutable and safe to share between threads."""

    def __init__(self, releases: Sequence[ReleaseFile]) -> None:
        self._releases = releases

    def types(self) -> list[DocumentType]:
        """The document types, by id and version."""
        return [_whole(release, known) for known, release in self.heads]

    def rule_sets(self) -> list[RuleSet]:
        """The rule sets of all document types, in the order of their releases and paths."""
        return [
            decode_rule_set(release.artefact(path) or b"{}")
            for release in self._releases
            for path in release.artefact_paths("ruleset")
        ]

    def example(self, type: str, format: str = "xml") -> bytes:
        """A valid document of the type to start from; ``format`` is xml or json.

        Raise UnknownDocumentType or UsageError.
        """
        if format not in FORMATS:
            raise UsageError(
                f"There is no format '{format}'. Use xml or json.",
                f"قالب «{format}» وجود ندارد. xml یا json را به کار ببرید.",
            )
        known, release = self.named(type)
        if format not in known.forms:
            listed = ", ".join(known.forms)
            raise UsageError(
                f"{known.id} is never sent as {format}. Ask for {listed}.",
                f"{known.id} هرگز به صورت {format} فرستاده نمی‌شود. {listed} بخواهید.",
            )
        prefix = f"examples/{known.id}/{known.version}/valid/"
        for path in release.artefact_paths("example"):
            if path.startswith(prefix) and path.endswith(f".{format}"):
                return release.artefact(path) or b""
        raise UsageError(
            f"Release {release.manifest.label} holds no {format} example of {known.id} {known.version}.",
            f"انتشار {release.manifest.label} نمونهٔ {format} از {known.id} {known.version} ندارد.",
        )

    @cached_property
    def heads(self) -> list[tuple[DocumentType, ReleaseFile]]:
        """The document types without their fields, by id and version, and where they are."""
        found: dict[tuple[str, str], tuple[DocumentType, ReleaseFile]] = {}
        for release in self._releases:
            for known in decode_heads(release.artefact(HEADS) or b"[]"):
                found.setdefault((known.id, known.version), (known, release))
        return [found[key] for key in sorted(found, key=lambda key: (key[0], natural(key[1])))]

    def named(self, name: str) -> tuple[DocumentType, ReleaseFile]:
        """The newest version of the type by its id or its root element."""
        asked = name.casefold()
        for known, release in reversed(self.heads):
            if asked in (known.id.casefold(), known.root.casefold(), known.content_type.casefold()):
                return known, release
        from difflib import get_close_matches  # only mistakes pay for it

        ids = list(dict.fromkeys(known.id for known, _ in self.heads))
        near = get_close_matches(asked, ids, n=1, cutoff=0.5)
        listed = ", ".join(ids) or "-"
        raise UnknownDocumentType(
            f"No document type is called '{name}'. {f'Did you mean {near[0]!r}? ' if near else ''}Known: {listed}.",
            f"هیچ نوع سندی به نام «{name}» نیست. {f'آیا «{near[0]}» منظور بود؟ ' if near else ''}موجود: {listed}.",
        )

    def judge(
        self,
        codes: Codes,
        destinations: "Callable[[], Sequence[Destination]]",
        code_files: CodeFiles | None = None,
    ) -> "Documents":
        """What judges documents of these types by the codes of a terminology."""
        from termserver.validation.identify import KnownType
        from termserver.validation.judge import Documents

        return Documents(
            [
                KnownType(
                    known.id,
                    known.version,
                    known.title,
                    known.root,
                    known.json_marker,
                    known.content_type,
                    partial(_whole, release, known),
                    partial(self._rule_sets, known.id),
                    partial(_schema, release, f"schemas/{known.id}/{known.version}/"),
                    known.forms,
                    known.json_fallback,
                )
                for known, release in self.heads
            ],
            codes,
            destinations=destinations,
            code_files=code_files,
        )

    def _rule_sets(self, type: str) -> list[RuleSet]:
        """All rule sets of a document type, whatever version of its schema they are for."""
        return [
            decode_rule_set(release.artefact(path) or b"{}")
            for release in self._releases
            for path in release.artefact_paths("ruleset")
            if path.startswith(f"rulesets/{type}/")
        ]


def _whole(release: ReleaseFile, known: DocumentType) -> DocumentType:
    return decode_document_type(_artefact(release, f"documents/{known.id}/{known.version}.json"))


def _schema(release: ReleaseFile, folder: str, name: str) -> bytes:
    return _artefact(release, folder + name)


def _artefact(release: ReleaseFile, path: str) -> bytes:
    data = release.artefact(path)
    if data is None:
        raise ReleaseError(
            f"Release {release.manifest.label} lacks {path}. Build it again: termserver release build",
            f"انتشار {release.manifest.label} فایل {path} را ندارد. دوباره بسازید: termserver release build",
        )
    return data
