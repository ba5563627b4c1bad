"""Whether the rules can be read by the engine, and each is shown by examples."""

import re
from collections.abc import Iterator, Sequence

from termserver.content.label_check import check_text
from termserver.content.problems import Problem, did_you_mean, error
from termserver.content.ruleset_files import RuleSetSource
from termserver.content.yaml_files import Values
from termserver.model import expressions
from termserver.model.built_in import built_in
from termserver.model.documents import DocumentType, Rule
from termserver.model.findings import Severity
from termserver.model.text import Text


def check_rule_set(source: RuleSetSource, document_types: Sequence[DocumentType]) -> Iterator[Problem]:
    """The problems of one rule set."""
    rule_set, values = source.rule_set, source.values
    yield from _identity(source)
    yield from check_text(source.file, values.places, "title", rule_set.title)
    if not source.valid:
        yield error(
            source.file,
            (1, 1),
            "ruleset.no-valid-example",
            Text(fa="هیچ سند درستی به عنوان نمونه نیست.", en="There is no example of a valid document."),
            Text(
                fa=f"یک سند xml یا json در {source.folder}/examples/valid بگذارید.",
                en=f"Put an xml or json document into {source.folder}/examples/valid.",
            ),
        )
    document_type = next((known for known in document_types if (known.id, known.version) == _judged(source)), None)
    if document_type is None:
        yield _unknown_type(source, document_types)
    else:
        yield from _days(source, document_type)
    seen: dict[str, int] = {}
    for rule, said in zip(rule_set.rules, values.children("rules"), strict=True):
        before = seen.setdefault(rule.id, said.at.line)
        if before != said.at.line:
            yield error(
                source.file,
                said.place("id"),
                "rule.duplicate",
                Text(
                    fa=f"قاعدهٔ «{rule.id}» پیش‌تر در سطر {before} آمده است.",
                    en=f"The rule '{rule.id}' is already there on line {before}.",
                ),
                Text(fa="شناسهٔ دیگری به آن بدهید.", en="Give it another id."),
            )
        yield from _rule(source, rule, said, document_type)


def _judged(source: RuleSetSource) -> tuple[str, str]:
    return source.rule_set.document_type, source.rule_set.schema_version


def _identity(source: RuleSetSource) -> Iterator[Problem]:
    _, kind, version = source.folder.split("/")
    for key, name in (("document_type", kind), ("version", version)):
        said = source.values.text(key)
        if key in source.values and said != name:
            yield error(
                source.file,
                source.values.place(key),
                "ruleset.folder",
                Text(fa=f"«{said}» نام پوشه، «{name}»، نیست.", en=f"'{said}' is not the name of the folder, '{name}'."),
                Text(fa=f"بنویسید «{name}».", en=f"Write '{name}', or rename the folder."),
            )


def _unknown_type(source: RuleSetSource, document_types: Sequence[DocumentType]) -> Problem:
    said = "/".join(_judged(source))
    known = [f"{known.id}/{known.version}" for known in document_types]
    return error(
        source.file,
        source.values.place("document_type"),
        "ruleset.unknown-type",
        Text(fa=f"نوع سند «{said}» در schemas نیست.", en=f"The document type '{said}' is not in schemas/."),
        did_you_mean(said, known, Text(fa="پوشهٔ آن را در schemas بسازید.", en="Describe it there first.")),
    )


def _days(source: RuleSetSource, document_type: DocumentType) -> Iterator[Problem]:
    for n, path in enumerate(source.rule_set.day):
        if document_type.field(path) is None:
            yield error(
                source.file,
                source.values.place("day", n),
                "ruleset.unknown-path",
                Text(fa=f"مسیر «{path}» در این نوع سند نیست.", en=f"This document type has no path '{path}'."),
                did_you_mean(
                    path,
                    [known for known, _ in document_type.walk()],
                    Text(fa="مسیرها در docs/types است.", en="The paths are listed in docs/types."),
                ),
            )


def _rule(source: RuleSetSource, rule: Rule, said: Values, document_type: DocumentType | None) -> Iterator[Problem]:
    if "says" in said and not (rule.says.fa and rule.says.en):
        yield error(
            source.file,
            said.place("says"),
            "rule.one-language",
            Text(fa=f"پیام قاعدهٔ «{rule.id}» دو زبانه نیست.", en=f"The rule '{rule.id}' speaks one language only."),
            Text(fa="says.fa و says.en را بنویسید.", en="Write both says.fa and says.en."),
        )
    yield from check_text(source.file, said.places, "says", rule.says)
    yield from check_text(source.file, said.places, "hint", rule.hint or Text())
    yield from _stages(source, rule, said)
    named = re.compile(rf"{re.escape(rule.id)}([-_.].*)?\.(xml|json)")
    if not any(map(named.fullmatch, source.invalid)):
        yield error(
            source.file,
            said.place("id"),
            "rule.no-invalid-example",
            Text(
                fa=f"هیچ سند نادرستی نشان نمی‌دهد که قاعدهٔ «{rule.id}» چه چیز را رد می‌کند.",
                en=f"No invalid document shows what the rule '{rule.id}' refuses.",
            ),
            Text(
                fa=f"سندی به نام {rule.id}.xml یا {rule.id}.json در {source.folder}/examples/invalid بگذارید.",
                en=f"Put {rule.id}.xml or {rule.id}.json into {source.folder}/examples/invalid.",
            ),
        )
    yield from _standing(source, rule, said)
    if document_type is not None:
        for message in expressions.check(rule, document_type):
            yield error(
                source.file,
                said.place("holds"),
                "rule.expression",
                Text(fa=f"قاعدهٔ «{rule.id}»: {message.fa}", en=f"The rule '{rule.id}': {message.en}"),
                Text(
                    fa="زبان قاعده‌ها در validators/README.md است.",
                    en="The language of rules is in validators/README.md.",
                ),
            )


def _standing(source: RuleSetSource, rule: Rule, said: Values) -> Iterator[Problem]:
    """A rule may put its words in place of findings that the engine knows, and of an error only as an error."""
    for n, name in enumerate(rule.stands_for):
        known = built_in().get(name)
        if known is None:
            yield error(
                source.file,
                said.place("stands_for", n),
                "rule.stands-for",
                Text(
                    fa=f"موتور یافته‌ای به نام «{name}» ندارد.",
                    en=f"The engine has no finding '{name}'.",
                ),
                did_you_mean(
                    name,
                    built_in(),
                    Text(fa="یافته‌ها در docs/rules/built-in.md است.", en="See docs/rules/built-in.md."),
                ),
            )
        elif list(Severity).index(rule.severity) > list(Severity).index(known.severity):
            yield error(
                source.file,
                said.place("severity"),
                "rule.milder",
                Text(
                    fa=f"قاعدهٔ «{rule.id}» از «{name}» که جایش می‌نشیند سبک‌تر است.",
                    en=f"The rule '{rule.id}' is milder than '{name}', which it stands for.",
                ),
                Text(fa=f"شدت آن را {known.severity} کنید.", en=f"Make its severity {known.severity}."),
            )


def _stages(source: RuleSetSource, rule: Rule, said: Values) -> Iterator[Problem]:
    """A transition plan goes forward in time, and only its first stage may be since ever."""
    before = ""
    for n, stage in enumerate(rule.stages):
        if n and stage.start <= before:
            yield error(
                source.file,
                said.children("severity_from")[n].at,
                "rule.stages",
                Text(
                    fa=f"مرحله‌های گذار قاعدهٔ «{rule.id}» به ترتیب روز نیست.",
                    en=f"The stages of the rule '{rule.id}' are not in the order of their days.",
                ),
                Text(
                    fa="هر مرحله روز آغاز (from) خود را پس از مرحلهٔ پیش بنویسد؛ تنها نخستین می‌تواند بی آن باشد.",
                    en="Give each a 'from' after that of the one before; only the first may be without.",
                ),
            )
        before = stage.start
