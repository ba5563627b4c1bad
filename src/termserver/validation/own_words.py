"""Built-in findings in the words of a rule set: where a receiver has a sentence of its own for a fault, it is said."""

import re
from collections.abc import Iterable, Sequence

from termserver.model.days import Day
from termserver.model.documents import Rule
from termserver.model.findings import Finding, Layer, Severity

_INDEX = re.compile(r"\[[0-9]+\]")


def in_own_words(findings: Iterable[Finding], rules: Sequence[Rule], day: Day) -> list[Finding]:
    """The findings, those that a rule stands for on that day under its name and in its words.

    The place stays; the rule's hint counts before the built-in one. What a rule comes ``after`` is
    heeded: a finding is dropped where one of those was found too.
    """
    standing = {
        (built_in, ".".join(part for part in (rule.each, rule.at) if part)): rule
        for rule in rules
        if rule.stands_for and rule.severity_on(day) is not None
        for built_in in rule.stands_for
    }
    if not standing:
        return list(findings)
    said = []
    for finding in findings:
        rule = standing.get((finding.rule, _INDEX.sub("", finding.where.path)))
        said.append(_said(finding, rule, rule.severity_on(day) or rule.severity) if rule else finding)
    after = {rule.id: frozenset(rule.after) for rule in rules if rule.stands_for and rule.after}
    broken = {finding.rule for finding in said}
    return [finding for finding in said if not broken & after.get(finding.rule, frozenset())]


def _said(finding: Finding, rule: Rule, severity: Severity) -> Finding:
    return Finding(
        rule.id,
        Layer.RULE,
        severity,
        rule.says,
        finding.where,
        rule.hint or finding.hint,
        finding.sepas_category if rule.sepas_category is None else rule.sepas_category,
    )
