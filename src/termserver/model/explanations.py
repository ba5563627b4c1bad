"""A rule explained: what it asks, why, how much it weighs, by whose word, and how wrong and right look beside it."""

from collections.abc import Iterator, Mapping, Sequence

from termserver.model.built_in import built_in
from termserver.model.built_in_finding import BuiltIn
from termserver.model.documents import Rule, RuleSet
from termserver.model.errors import UnknownRule
from termserver.model.findings import Layer, Severity
from termserver.model.text import Text
from termserver.model.values import replace, value

_FIRST = "patient-bill"
"""The document that every vendor writes: what several types have is shown as it stands there, if it does."""


@value
class Excerpt:
    """The place of an invalid example where it is wrong, beside the same place of a valid one.

    ``file`` is the invalid example, below its rule set's ``examples/invalid``.
    """

    bad: str = ""
    good: str = ""
    file: str = ""


@value
class Explanation:
    """All that is to be said about one rule. ``document_type`` is empty for what the engine finds in any document.

    ``each``, ``when`` and ``holds`` are the rule as its rule set declares it; ``also_in`` the other
    document types that have a rule of this id; ``stands_for`` the engine's findings that it says in its own words.
    """

    id: str
    layer: Layer
    severity: Severity
    title: Text
    why: Text
    hint: Text | None = None
    sepas_category: int | None = None
    category: Text = Text()
    source: str = ""
    evidence: str = ""
    each: str = ""
    when: str = ""
    holds: str = ""
    excerpt: Excerpt = Excerpt()
    document_type: str = ""
    version: str = ""
    document_title: Text = Text()
    provisional: bool = False
    also_in: tuple[str, ...] = ()
    stands_for: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "layer": str(self.layer),
            "severity": str(self.severity),
            "title": self.title.as_json(),
            "why": self.why.as_json(),
            "hint": self.hint.as_json() if self.hint else None,
            "sepas_category": self.sepas_category,
            "sepas_words": self.category.as_json() if self.sepas_category else None,
            "source": self.source,
            "evidence": self.evidence,
            "each": self.each,
            "when": self.when,
            "holds": self.holds,
            "stands_for": list(self.stands_for),
            "bad": self.excerpt.bad,
            "good": self.excerpt.good,
            "example": self.excerpt.file,
            "document_type": self.document_type or None,
            "version": self.version,
            "provisional": self.provisional,
            "also_in": list(self.also_in),
        }


Excerpts = Mapping[tuple[str, str], Mapping[str, Excerpt]]
"""The excerpts of each rule set, by document type and version, then by rule id."""


class Explanations:
    """The rules of one edition and the engine's own findings, each by its id.

    ``titles`` are the document types' by id, ``categories`` the words of the SEPAS error categories
    by their number. Of several versions of a rule set the newest is explained.
    """

    def __init__(
        self,
        rule_sets: Sequence[RuleSet],
        titles: Mapping[str, Text],
        excerpts: Excerpts,
        categories: Mapping[int, Text],
    ) -> None:
        newest: dict[str, RuleSet] = {}
        for one in sorted(rule_sets, key=lambda one: (one.period.start, one.version)):
            newest[one.document_type] = one
        self._rule_sets = dict(sorted(newest.items()))
        self._titles = titles
        self._excerpts = excerpts
        self._categories = categories

    def ids(self) -> list[str]:
        """Every rule id that is known, in order."""
        declared = {rule.id for one in self._rule_sets.values() for rule in one.rules}
        return sorted(declared | set(built_in()))

    def find(self, id: str, document_type: str = "") -> Explanation:
        """The rule of that id, of ``document_type`` where one is named, else of the bill or the first that has it.

        Raise UnknownRule, naming the nearest, if nobody knows it.
        """
        found = list(self._of_id(id))
        first = document_type or _FIRST
        wanted = [one for one in found if one.document_type == first] or ([] if document_type else found)
        if wanted:
            others = tuple(one.document_type for one in found if one.document_type != wanted[0].document_type)
            return replace(wanted[0], also_in=others)
        if id in built_in():
            return self._engine(built_in()[id], document_type)
        raise self._unknown(id, document_type, found)

    def of_type(self, document_type: str) -> list[Explanation]:
        """The rules of a document type, in the order of their rule set."""
        rules = self._rule_sets[document_type].rules if document_type in self._rule_sets else ()
        return [self.find(rule.id, document_type) for rule in rules]

    def of_engine(self) -> list[Explanation]:
        """What the engine itself finds, in the order in which a document meets it."""
        return [self._engine(one, "") for one in built_in().values()]

    def document_types(self) -> list[str]:
        return list(self._rule_sets)

    def _of_id(self, id: str) -> Iterator[Explanation]:
        for document_type, rule_set in self._rule_sets.items():
            for rule in rule_set.rules:
                if rule.id == id:
                    yield self._declared(rule, rule_set, document_type)

    def _declared(self, rule: Rule, rule_set: RuleSet, document_type: str) -> Explanation:
        return Explanation(
            rule.id,
            Layer.RULE,
            rule.severity,
            rule.says,
            Text(en=rule.why),
            rule.hint,
            rule.sepas_category,
            self._categories.get(rule.sepas_category or 0, Text()),
            rule.source,
            rule.evidence,
            rule.each,
            rule.when,
            rule.holds,
            self._excerpts.get((document_type, rule_set.version), {}).get(rule.id, Excerpt()),
            document_type,
            rule_set.version,
            self._titles.get(document_type, Text()),
            rule_set.provisional,
            stands_for=rule.stands_for,
        )

    def _engine(self, known: BuiltIn, document_type: str) -> Explanation:
        excerpt = Excerpt(known.bad, known.good)
        if not known.bad:
            wanted = document_type or _FIRST
            own = [one for (kind, _), one in self._excerpts.items() if kind == wanted and known.id in one]
            shown = [one[known.id] for one in own or self._excerpts.values() if known.id in one]
            excerpt = min(shown, key=lambda one: (len(one.bad) + len(one.good), one.bad, one.file), default=excerpt)
        return Explanation(
            known.id,
            known.layer,
            known.severity,
            known.title,
            known.why,
            None,
            known.sepas_category,
            self._categories.get(known.sepas_category or 0, Text()),
            known.source,
            excerpt=excerpt,
        )

    def _unknown(self, id: str, document_type: str, found: Sequence[Explanation]) -> UnknownRule:
        if found:
            listed = ", ".join(one.document_type for one in found)
            return UnknownRule(
                f"The document type '{document_type}' has no rule '{id}'; {listed} has.",
                f"نوع سند «{document_type}» قاعدهٔ «{id}» ندارد؛ {listed} دارد.",
            )
        from difflib import get_close_matches  # only mistakes pay for it

        near = get_close_matches(id.lower(), self.ids(), 3, 0.5)
        return UnknownRule(
            f"There is no rule '{id}'. " + (f"Did you mean {', '.join(near)}?" if near else "See docs/rules."),
            f"قاعده‌ای به نام «{id}» نیست. "
            + (f"آیا منظور {'، '.join(near)} بود؟" if near else "docs/rules را ببینید."),
        )
