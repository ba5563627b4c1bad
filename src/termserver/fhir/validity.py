"""What a validation answers: the result, the message, the code as it was understood, the issues."""

from termserver.fhir.findings import Finding
from termserver.fhir.languages import NOBODY, Languages
from termserver.fhir.messages import say
from termserver.fhir.names import preferred
from termserver.fhir.outcomes import Issue, Json, message_of, operation_outcome
from termserver.fhir.parameters import answer, said
from termserver.fhir.systems import SHOWN
from termserver.fhir.value_set import ValueSet


def validity(findings: list[Finding], concept: Json | None, value_set: ValueSet | None, languages: Languages) -> Json:
    """The Parameters of $validate-code; ``concept`` is the CodeableConcept that was asked about, if it was one."""
    issues: list[Issue] = []
    for finding in findings:
        issues += [issue for issue in finding.issues if issue not in issues]
    chosen = next((finding for finding in findings if finding.inside), None)
    if concept is not None and value_set is not None and all(finding.inside is False for finding in findings):
        issues.insert(
            0,
            Issue(
                "error",
                "code-invalid",
                "not-in-vs",
                "TX_GENERAL_CC_ERROR_MESSAGE",
                say("TX_GENERAL_CC_ERROR_MESSAGE", value_set.name),
            ),
        )
    right = chosen is not None and not any(issue.severity == "error" for issue in issues)
    shown = chosen or (findings[0] if concept is None or value_set is None else None)
    parameters: list[Json] = [said("result", "Boolean", right)]
    message = message_of(issues)
    if message:
        parameters.append(said("message", "String", message))
    if shown is not None:
        parameters += _described(shown, languages)
    if concept is not None:
        parameters.append(said("codeableConcept", "CodeableConcept", concept))
    for name, kind in (("caused_by", "x-caused-by-unknown-system"), ("unknown", "x-unknown-system")):
        canonicals = dict.fromkeys(one for finding in findings for one in getattr(finding, name))
        parameters += [said(kind, "Canonical", one) for one in canonicals]
    if issues:
        outcome = operation_outcome(issues, languages.persian)
        parameters.append({"name": "issues", "resource": outcome})
    return answer(parameters)


def _described(finding: Finding, languages: Languages) -> list[Json]:
    asked, known = finding.asked, finding.known
    found = [said("code", "Code", asked.code)]
    if asked.system:
        found.append(said("system", "Uri", asked.system))
    if finding.system is not None and finding.system.head.version:
        found.append(said("version", "String", finding.system.head.version))
    if known is None:
        return found
    concept = known.concept
    name = preferred(concept, known.system.head.language, languages, known.listed)
    if name is None:
        name = preferred(concept, known.system.head.language, NOBODY, known.listed)
    if name is not None and name.value:
        found.append(said("display", "String", name.value))
    if finding.found is not None:
        if concept.inactive:
            found.append(said("inactive", "Boolean", True))
        if concept.status in SHOWN:
            found.append(said("status", "Code", concept.status))
    if finding.normalized:
        found.append(said("normalized-code", "Code", finding.normalized))
    return found
