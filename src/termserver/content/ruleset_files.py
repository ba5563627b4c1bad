"""A folder of ``validators/<type>/<version>/``: the rules of a document type and their examples."""

from dataclasses import dataclass

from termserver.content.problems import Place, Problem, error
from termserver.content.tree import Tree
from termserver.content.yaml_files import (
    BOTH,
    DAY,
    FLAG,
    NUMBER,
    PERIOD,
    TEXT,
    WORDS,
    Keys,
    Many,
    Values,
    choice,
    read_yaml,
)
from termserver.model.days import Day, parse_day
from termserver.model.documents import Rule, RuleSet, Stage
from termserver.model.findings import Severity
from termserver.model.text import Text

FOLDER = "validators"
RULE_SET = Keys(
    {
        "document_type": TEXT,
        "version": TEXT,
        "schema_version": TEXT,
        "title": BOTH,
        "day": WORDS,
        "period": PERIOD,
        "provisional": FLAG,
        "source": TEXT,
        "rules": Many(
            Keys(
                {
                    "id": TEXT,
                    "severity": TEXT,
                    "each": TEXT,
                    "when": TEXT,
                    "holds": TEXT,
                    "at": TEXT,
                    "after": WORDS,
                    "says": BOTH,
                    "hint": BOTH,
                    "why": TEXT,
                    "evidence": TEXT,
                    "source": TEXT,
                    "sepas_category": NUMBER,
                    "stands_for": WORDS,
                    "severity_from": Many(Keys({"from": DAY, "severity": TEXT}, required=("severity",))),
                },
                required=("id", "severity", "says"),
            )
        ),
    },
    required=("document_type", "version", "schema_version", "title", "day"),
)


@dataclass
class RuleSetSource:
    """A rule set as its folder says it, with the places that a check points at."""

    folder: str
    rule_set: RuleSet
    values: Values
    valid: tuple[str, ...]
    invalid: tuple[str, ...]
    """The names of the example files."""

    @property
    def file(self) -> str:
        return f"{self.folder}/ruleset.yaml"


def read_rule_set(tree: Tree, folder: str, problems: list[Problem]) -> RuleSetSource | None:
    """The rule set in ``folder``, or None if it cannot be read."""
    file = f"{folder}/ruleset.yaml"
    data = tree.read(file)
    if data is None:
        problems.append(
            error(
                file,
                Place(),
                "file.missing",
                Text(fa=f"پوشهٔ {folder} فایل ruleset.yaml ندارد.", en=f"The folder {folder} has no ruleset.yaml."),
                Text(
                    fa="آن را بنویسید (validators/README.md) یا پوشه را پاک کنید.",
                    en="Write it (see validators/README.md) or delete the folder.",
                ),
            )
        )
        return None
    values = read_yaml(file, data, RULE_SET, problems)
    if values is None:
        return None
    rule_set = RuleSet(
        document_type=values.text("document_type"),
        version=values.text("version"),
        schema_version=values.text("schema_version"),
        title=values.both("title"),
        day=values.words("day"),
        rules=tuple(_rule(said, problems) for said in values.children("rules")),
        period=values.period(),
        provisional=values.flag("provisional"),
        source=values.text("source"),
    )
    return RuleSetSource(
        folder,
        rule_set,
        values,
        tuple(examples(tree, f"{folder}/examples/valid")),
        tuple(examples(tree, f"{folder}/examples/invalid")),
    )


def examples(tree: Tree, folder: str) -> list[str]:
    """The names of the example documents in ``folder``."""
    return [name for name in tree.files(folder) if name.endswith((".xml", ".json"))]


def shown(name: str) -> tuple[str, Day]:
    """The rule that an invalid example is named after, and the day on which it is judged.

    ``<rule>.as-of-1405-08-29.xml`` is judged as of that day, any other on the document's own (empty text).
    """
    stem, _, _ = name.rpartition(".")
    rule, said, day = stem.partition(".as-of-")
    return rule, parse_day(day) if said else ""


def _rule(said: Values, problems: list[Problem]) -> Rule:
    return Rule(
        id=said.text("id"),
        severity=choice(said, "severity", Severity, Severity.ERROR, problems),
        holds=said.text("holds"),
        says=said.both("says"),
        each=said.text("each"),
        when=said.text("when"),
        at=said.text("at"),
        after=said.words("after"),
        hint=said.both("hint") if "hint" in said else None,
        why=said.text("why"),
        evidence=said.text("evidence"),
        source=said.text("source"),
        sepas_category=said.number_or_none("sepas_category"),
        stands_for=said.words("stands_for"),
        stages=tuple(_stage(stage, problems) for stage in said.children("severity_from")),
    )


NOT_ASKED = "none"
"""The word for the stage of a transition plan in which the rule is not asked."""


def _stage(said: Values, problems: list[Problem]) -> Stage:
    words = (*map(str, Severity), NOT_ASKED)
    word = choice(said, "severity", words, NOT_ASKED, problems)
    return Stage(said.text("from"), None if word == NOT_ASKED else Severity(word))
