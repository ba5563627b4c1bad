"""One opened edition, ready to answer: everybody looks at the same releases through ``TermServer``."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from termserver.model.codes import CodeSystem, Coding
from termserver.model.days import Day
from termserver.model.documents import DocumentType, RuleSet
from termserver.model.errors import UsageError
from termserver.model.findings import Report
from termserver.model.releases import Edition
from termserver.model.text import Text
from termserver.releases import editions
from termserver.releases.code_files import CodeFiles, default_cache
from termserver.releases.file import ReleaseFile
from termserver.terminology.systems import described
from termserver.terminology.terminology import CodeValidity, ConceptDetail, Named, Terminology

if TYPE_CHECKING:
    from termserver.model.destinations import Destination
    from termserver.model.explanations import Explanation, Explanations
    from termserver.model.glossary import Glossary
    from termserver.search.query import Asking
    from termserver.search.search import SearchResult
    from termserver.searching import EditionSearch
    from termserver.terminology.registry_standing import Verdict
    from termserver.terminology.whole import WholeSystem
    from termserver.validation.edition_documents import EditionDocuments
    from termserver.validation.judge import Documents


class TermServer:
    """The answers of one edition: lookup, validate-code, subsumption, search, documents.

    Immutable and safe to share between threads; a new release is a new ``TermServer``. Used as a
    context manager it closes its files at the end.
    """

    def __init__(self, edition: Edition, releases: Sequence[ReleaseFile]) -> None:
        self.edition = edition
        self.releases = tuple(releases)
        self.terminology = Terminology(releases)
        self.order = ""
        """Which order is learned from picks: the same text, the same order; "" where none is."""

    @classmethod
    def open(cls, path: Path | str | None = None) -> Self:
        """Open an edition, offline: ``path`` (an edition file, a lockfile, a folder with an ``edition.json`` or one
        release file), else TERMSERVER_EDITION, else the current edition of the shelf, else the one in the wheel.

        Raise ``DigestMismatch`` if a file was altered, ``ReleaseError`` if there is nothing to open.
        """
        edition, releases = editions.open_edition(path, editions.default_folder())
        try:
            return cls(edition, releases)
        except BaseException:
            for release in releases:
                release.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the release files; later questions raise ReleaseError."""
        for release in self.releases:
            release.close()

    # code systems

    def systems(self) -> list[CodeSystem]:
        """Every code system of the edition, heavier ones first."""
        return [self.terminology.systems.metadata(system) for system in self.terminology.systems.all()]

    def resolve(self, name: str) -> CodeSystem:
        """The system by folder id, native id, URL, OID or alias, in any case of letters.

        Raise UnknownSystem, naming the nearest, if nobody knows it.
        """
        return self.terminology.resolve(name)

    def describe(self, system: CodeSystem | str) -> dict[str, Any]:
        """What the doors tell of a code system: its metadata, how many concepts, from which release."""
        name = system if isinstance(system, str) else f"{system.id}|{system.version}"
        found = self.terminology.systems.find(name) or self.terminology.systems.resolve(name.partition("|")[0])
        return described(self.terminology.systems.metadata(found), found, self.terminology.systems.stand_in(found))

    def lookup(self, coding: Coding, on: Day | None = None) -> ConceptDetail:
        """All that is known of a code, on the day ``on`` or ever; see ``Terminology.lookup``."""
        return self.terminology.lookup(coding, on)

    def validate_code(self, coding: Coding, on: Day | None = None) -> CodeValidity:
        """Whether the code and its display are right on the day ``on``; see ``Terminology.validate_code``."""
        return self.terminology.validate_code(coding, on)

    def subsumes(self, system: str, a: str, b: str) -> str:
        """``equivalent``, ``subsumes``, ``subsumed-by`` or ``not-subsumed``; raise UnknownSystem or UnknownCode."""
        return self.terminology.subsumes(system, a, b)

    def children(self, system: str, code: str) -> tuple[Named, ...]:
        return self.terminology.children(system, code)

    def ancestors(self, system: str, code: str) -> tuple[Named, ...]:
        """The ancestors, nearest first."""
        return self.terminology.ancestors(system, code)

    def descendants(self, system: str, code: str) -> Iterator[Named]:
        return self.terminology.descendants(system, code)

    def verifying(self, registry: str) -> Callable[[str, str, Day, str], "Verdict"]:
        """Verifies entries of a registry: (number, kind of licence or empty, day, group or empty) → how it stands.

        Raise UnknownSystem, naming the nearest, if nobody knows the registry.
        """
        return partial(self.terminology.verifier.verify, self.terminology.systems.resolve(registry))

    # search

    def search(
        self,
        q: str,
        systems: Sequence[str] = (),
        limit: int = 20,
        offset: int = 0,
        language: str = "fa",
        syntax: str = "plain",
        active_only: bool = False,
        *,
        status: str = "",
        under: Sequence[str] = (),
        chapter: Sequence[str] = (),
        value_set: str = "",
        on: Day = "",
        properties: Sequence[tuple[str, str]] = (),
        facets: Sequence[str] = (),
        explain: bool = False,
        highlight: bool = False,
    ) -> "SearchResult":
        """One page of hits, each a ready JSON object, and the exact total.

        ``systems`` are named in any way; one whose content is not here is answered by the system
        that stands in for it. The rest narrows: to a ``status`` (active, retired), to what lies ``under``
        one of these codes, in one of these chapters, in a value set, is in force ``on`` a day, has these
        ``properties``. Raise UnknownSystem, UsageError or QuerySyntaxError.
        """
        return self.asking(
            q, systems, limit, offset, language, syntax, active_only, status=status, under=under, chapter=chapter,
            value_set=value_set, on=on, properties=properties, facets=facets, explain=explain, highlight=highlight,
        ).find()  # fmt: skip

    def asking(
        self,
        q: str,
        systems: Sequence[str] = (),
        limit: int = 20,
        offset: int = 0,
        language: str = "fa",
        syntax: str = "plain",
        active_only: bool = False,
        *,
        under: Sequence[str] = (),
        chapter: Sequence[str] = (),
        value_set: str = "",
        **more: Any,
    ) -> "Asking":
        """A search made ready: ``find()`` it, ``suggest()`` from it, or take ``each()`` hit of it. See ``search``."""
        return self._searching.asking(
            q, systems, limit, offset, language, syntax, active_only, under=under, chapter=chapter,
            value_set=value_set, **more,
        )  # fmt: skip

    def prefer(self, weights: Mapping[tuple[str, str], float]) -> None:
        """Put codes (system id, code) that are picked often before others that match as well; before the first
        search."""
        self._searching.prefer(weights)
        self.order = sha256(repr(sorted(weights.items())).encode()).hexdigest()[:12] if weights else ""

    def everyday_name(self, system: CodeSystem, code: str, title: str) -> str:
        """What people call in Persian what an English title of the system names, by the glossary; "" if unknown.

        Everyday, provisional wording beside the title, no translation of it.
        """
        from termserver.search.everyday import everyday_name

        coded_in = system.stands_in_for or system.id
        named = (everyday_name(release, coded_in, code, title) for release in self.releases)
        return next((name for name in named if name), "")

    @cached_property
    def _searching(self) -> "EditionSearch":
        from termserver.searching import EditionSearch

        return EditionSearch(self.releases, self.terminology.systems)

    def whole(self, system: str) -> "WholeSystem":
        """A code system as a whole, by any of its names: its concepts in sets of ordinals. Raise UnknownSystem."""
        from termserver.terminology.whole import WholeSystem

        opened = self.terminology.systems.resolve(system)
        return WholeSystem(opened, self.terminology.systems.metadata(opened))

    def matching(self, system: str, text: str) -> Iterable[Any]:
        """The concepts of one system that fit a user's words, the best kind of match first, as sets of ordinals of
        its release."""
        return self._searching.matching(system, text)

    # documents

    def document_types(self) -> list[DocumentType]:
        """The document types that this edition judges, by id and version."""
        return self.kinds.types()

    def rule_sets(self) -> list[RuleSet]:
        """The rule sets of all document types, in the order of their releases and paths."""
        return self.kinds.rule_sets()

    def rule_titles(self) -> dict[str, Text]:
        """What the rules say, by rule id."""
        return {rule.id: rule.says for rules in self.rule_sets() for rule in rules.rules}

    def explain(self, rule: str, type: str = "") -> "Explanation":
        """What a rule, or a finding of the engine itself, asks and why; see ``Explanations.find``.

        ``type`` (id or root element) settles which of several document types is meant. Raise
        UnknownRule, naming the nearest, or UnknownDocumentType.
        """
        return self.explanations.find(rule, self.kinds.named(type)[0].id if type else "")

    @cached_property
    def explanations(self) -> "Explanations":
        """Every rule of the edition and every finding of the engine, explained."""
        from termserver.model.explanations import Explanations
        from termserver.releases import rule_excerpts

        titles = {known.id: known.title for known, _ in self.kinds.heads}
        categories = {n: self.terminology.display("sepas-error-category", str(n)) for n in range(1, 100)}
        return Explanations(self.rule_sets(), titles, rule_excerpts.read(self.releases), categories)

    def check_document(
        self,
        data: bytes,
        name: str = "",
        type: str = "",
        engine: str = "fast",
        as_of: str = "",
        require_checked: bool = False,
        show_values: bool = False,
        to: Sequence[str] = (),
    ) -> Report:
        """Judge one document, XML or JSON.

        ``type`` settles what the document does not tell (else it is undecided), ``as_of`` replaces
        the document's own day, ``require_checked`` makes it undecided unless every code could be
        checked, ``show_values`` leaves the values in the excerpts readable, ``to`` names the destinations
        it is sent to at once (``("hix", "wix")``), for each of which it is judged. Raise UsageError for a
        wrong option, UnknownDocumentType for a type that nobody knows.
        """
        report: Report = self._documents.check(
            data,
            name=name,
            type=type,
            engine=engine,
            as_of=as_of,
            require_checked=require_checked,
            show_values=show_values,
            to=to,
        )
        return report

    @cached_property
    def glossary(self) -> "Glossary | None":
        """The Persian-English glossary of the edition, or None; terms with the words that titles use for them."""
        from termserver.releases.glossary_records import read_glossary

        return read_glossary(self.releases)

    @cached_property
    def destinations(self) -> "tuple[Destination, ...]":
        """Where documents go, by id: which types, from whom, for what purpose, and how much of each."""
        from termserver.releases.destination_records import read_destinations

        return read_destinations(self.releases)

    def example(self, type: str, format: str = "xml") -> bytes:
        """A valid document of the type to start from; ``format`` is xml or json.

        Raise UnknownDocumentType or UsageError.
        """
        return self.kinds.example(type, format)

    @cached_property
    def kinds(self) -> "EditionDocuments":
        """The document types of the edition, with their rules, schemas and examples."""
        from termserver.validation.edition_documents import EditionDocuments

        return EditionDocuments(self.releases)

    @cached_property
    def _documents(self) -> "Documents":
        cache = default_cache()
        files = CodeFiles(cache, [release.pin.digest for release in self.releases]) if cache else None
        return self.kinds.judge(self.terminology, lambda: self.destinations, files)


class Validator:
    """Judges documents in a programmer's own code: ``Validator().check("bill.xml").verdict``.

    ``edition`` is what ``TermServer.open`` takes. Safe to share between threads.
    """

    def __init__(self, edition: Path | str | None = None) -> None:
        self.server = TermServer.open(edition)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self.server.close()

    def check(self, document: Path | bytes | str, **options: Any) -> Report:
        """Judge a document: a path, the bytes, or the text itself (a text that begins with ``<`` or ``{``).

        ``options`` are those of ``TermServer.check_document``. Raise UsageError if a file cannot be read.
        """
        if isinstance(document, str) and document.lstrip("\ufeff \t\r\n")[:1] in ("<", "{", "["):
            return self.server.check_document(document.encode("utf-8", "surrogatepass"), **options)
        if isinstance(document, bytes | bytearray | memoryview):
            return self.server.check_document(bytes(document), **options)
        path = Path(document)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UsageError(
                f"{path} cannot be read: {error.strerror}.", f"{path} خوانده نمی‌شود: {error.strerror}."
            ) from None
        return self.server.check_document(data, **{"name": str(path), **options})
