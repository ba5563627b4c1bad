"""$validate-code of a value set or a code system: is the code known, is it in, is it named right."""

import re
from collections.abc import Sequence
from typing import Any

from termserver.fhir import displays, urls
from termserver.fhir.contents import Contents
from termserver.fhir.findings import Asked, Finding, Found, unknown_version, version_refused
from termserver.fhir.languages import Languages
from termserver.fhir.membership import Membership, Seen
from termserver.fhir.messages import say
from termserver.fhir.options import Request
from termserver.fhir.outcomes import FhirProblem, Json, refused
from termserver.fhir.standing import warnings
from termserver.fhir.systems import System
from termserver.fhir.validity import validity
from termserver.fhir.value_set import ValueSet
from termserver.fhir.versions import split

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Validation:
    """One request, for a value set or (without one) for a code system."""

    def __init__(self, request: Request, value_set: ValueSet | None) -> None:
        asked = request.asked
        self._request = request
        self._library = request.library
        self._set = value_set
        self._languages: Languages = request.languages(value_set)
        self._rules = request.rules(value_set)
        self._supplements = request.supplements(value_set)
        contents = Contents(request.library, self._rules, request.clock(), self._supplements)
        self._membership = Membership(request.library, self._rules, contents)
        self._lenient = bool(
            asked.flag("lenient-display-validation") or asked.text("mode") == "lenient-display-validation"
        )
        self._only_membership = bool(asked.flag("valueset-membership-only"))
        self._active_only = bool(asked.flag("activeOnly")) or (value_set is not None and not value_set.inactive)
        self._abstract_allowed = asked.flag("abstract") is not False
        self._infer = bool(asked.flag("inferSystem") or asked.flag("implySystem"))
        self._many = False
        if value_set is not None:
            self._membership.refuse_circles(value_set)

    # what is asked

    def run(self) -> Json:
        asked = self._request.asked
        concept = asked.one("codeableConcept")
        if isinstance(concept, dict):
            return self._run_concept(concept)
        coding = asked.one("coding")
        if isinstance(coding, dict):
            return self._answered([self._check(_coding(coding, "Coding"))], None)
        code = asked.text("code")
        system = asked.text("system") if self._set is not None else asked.text("url", "system")
        if code and (system or self._infer or self._set is not None):
            version = asked.text("systemVersion", "version") if self._set is not None else asked.text("version")
            url, pinned = split(system)
            one = Asked(url, version or pinned, code, asked.text("display"))
            return self._answered([self._check(one)], None)
        raise _nothing()

    def _run_concept(self, concept: Json) -> Json:
        codings = concept.get("coding")
        if not isinstance(codings, list) or not codings:
            raise _nothing()
        self._many = True
        found: list[Finding] = []
        for n, coding in enumerate(codings):
            if isinstance(coding, dict):
                found.append(self._check(_coding(coding, f"CodeableConcept.coding[{n}]")))
                if found[-1].inside:  # one coding that is in is enough; what comes behind it is not judged
                    break
        return self._answered(found, concept)

    def _answered(self, findings: list[Finding], concept: Json | None) -> Json:
        return validity(findings, concept, self._set, self._languages)

    # one coding

    def _check(self, asked: Asked) -> Finding:
        finding = Finding(asked)
        self._request.clock().spend(32)
        if not asked.system:
            if not self._infer or self._set is None:
                finding.say(
                    "warning",
                    "invalid",
                    "invalid-data",
                    "Coding_has_no_system__cannot_validate",
                    at=asked.root if asked.path else "code",
                )
                self._outside(finding)
                return finding
            inferred = self._inferred(finding)
            if inferred is None:
                return finding
            asked = finding.asked = inferred
        if self._set is None or self._set.url == urls.ALL_VALUE_SETS:
            self._in_system(finding)
        else:
            self._in_set(finding, self._set)
        return finding

    def _inferred(self, finding: Finding) -> Asked | None:
        """The coding with the one system of the value set that knows the code."""
        assert self._set is not None
        asked, value_set = finding.asked, self._set
        fitting = []
        for url in self._systems_of(value_set, ()):
            one = Asked(url, asked.version, asked.code, asked.display, asked.path)
            if self._membership.find(value_set, Finding(one), Seen()):
                fitting.append(one)
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            listed = f"[{', '.join(one.system for one in fitting)}]"
            finding.say(
                "error",
                "not-found",
                "cannot-infer",
                "Unable_to_resolve_system__value_set_has_multiple_matches",
                asked.code,
                value_set.name,
                listed,
                at=asked.at("code"),
            )
        else:
            finding.say(
                "error",
                "not-found",
                "cannot-infer",
                "UNABLE_TO_INFER_CODESYSTEM",
                asked.code,
                value_set.name,
                at=asked.at("code"),
            )
        self._outside(finding)
        return None

    def _systems_of(self, value_set: ValueSet, path: tuple[str, ...]) -> dict[str, None]:
        found: dict[str, None] = {}
        if value_set.vurl in path:
            return found
        for include in value_set.include:
            if include.system:
                found[include.system] = None
            for canonical in include.value_sets:
                inner = self._membership.contents.imported(value_set, canonical)
                found |= self._systems_of(inner, (*path, value_set.vurl))
        return found

    def _not_a_system(self, finding: Finding) -> bool:
        """Tell if ``Coding.system`` is something else than the address of a code system."""
        asked = finding.asked
        url = asked.system
        if not _ABSOLUTE.match(url):
            finding.say("error", "invalid", "invalid-data", "Terminology_TX_System_Relative", element="system")
            return False
        if self._library.system(url) is not None:
            return False
        supplement = self._library.is_supplement(url)
        if supplement:
            finding.say("error", "invalid", "invalid-data", "CODESYSTEM_CS_NO_SUPPLEMENT", supplement, element="system")
            return True
        if self._library.value_set(url) is not None:
            finding.say("error", "invalid", "invalid-data", "Terminology_TX_System_ValueSet2", url, element="system")
            return True
        return False

    def _in_set(self, finding: Finding, value_set: ValueSet) -> None:
        asked = finding.asked
        nonsense = self._not_a_system(finding)
        seen = Seen()
        found = [] if nonsense else self._membership.find(value_set, finding, seen)
        self._tell_standing(finding, value_set, seen)
        if found:
            chosen = found[0]
            if asked.display and not displays.is_name(chosen, asked.display, self._languages):
                chosen = next((one for one in found if displays.is_name(one, asked.display, self._languages)), chosen)
            finding.system = chosen.system
            finding.known = chosen
            self._judge(finding, chosen)
            return
        if seen.fragment is not None:
            finding.system, finding.inside = seen.fragment, True
            self._unlisted(finding, seen.fragment)
            return
        if nonsense:
            self._outside(finding)
            return
        finding.system = self._for_reading(asked, seen)
        if finding.system is not None:
            ordinal = finding.system.find(asked.code)
            finding.known = Found(finding.system, ordinal) if ordinal is not None else None
        if seen.untold:
            return  # what would decide is not here
        if self._only_membership:
            self._outside(finding)
            return
        if finding.system is None:
            unknown_version(finding, asked.system, asked.version, self._library.versions(asked.system))
            finding.unknown.append(asked.system)
        elif finding.known is None:
            self._unlisted(finding, finding.system)
        self._outside(finding)

    def _for_reading(self, asked: Asked, seen: Seen) -> System | None:
        """The system that tells the name of a code although the value set does not hold it."""
        if seen.systems:
            from termserver.fhir.versions import newest

            return seen.systems[newest(seen.systems)]
        version, _ = self._rules.determine(asked.system, asked.version)
        found = self._library.system(asked.system, version)
        if found is None or found.head.content in ("not-present", "example"):
            return None
        return self._membership.contents.open(found)

    def _in_system(self, finding: Finding) -> None:
        """The code in its system alone."""
        asked = finding.asked
        if self._not_a_system(finding):
            return
        version, _ = self._rules.determine(asked.system, asked.version)
        inline = self._request.asked.resource("codeSystem", "CodeSystem")
        found: System | None
        if inline is not None and inline.get("url") == asked.system:
            from termserver.fhir.code_system import CodeSystem

            found = CodeSystem(inline)
        else:
            found = self._library.system(asked.system, version)
        if found is None:
            known = self._library.versions(asked.system)
            unknown_version(finding, asked.system, version, known)
            finding.caused_by.append(f"{asked.system}|{version}" if version else asked.system)
            return
        if found.head.content in ("not-present", "example"):
            finding.say(
                "error", "not-found", "not-found", "CODESYSTEM_CONTENT_MISSING", found.head.vurl, element="system"
            )
            finding.caused_by.append(found.head.vurl)
            return
        breach = self._rules.breach(asked.system, found.head.version)
        if breach:
            version_refused(finding, asked.system, found.head.version, breach)
        finding.system = self._membership.contents.open(found)
        ordinal = finding.system.find(asked.code)
        if ordinal is None:
            finding.inside = found.head.content == "fragment" and not found.impossible(asked.code)
            self._unlisted(finding, finding.system)
            return
        finding.known = Found(finding.system, ordinal)
        self._judge(finding, finding.known)

    # what is wrong with it

    def _outside(self, finding: Finding) -> None:
        finding.inside = False
        if self._set is None:
            return
        severity, type = ("information", "this-code-not-in-vs") if self._many else ("error", "not-in-vs")
        finding.say(
            severity,
            "code-invalid",
            type,
            "None_of_the_provided_codes_are_in_the_value_set_one",
            finding.asked.shown,
            self._set.name,
            element="code",
        )

    def _unlisted(self, finding: Finding, system: System) -> None:
        head, code = system.head, finding.asked.code
        if head.content == "fragment" and not system.impossible(code):
            values: Sequence[str] = (code, head.url, head.version)
            finding.say("warning", "code-invalid", "invalid-code", "UNKNOWN_CODE_IN_FRAGMENT", *values, element="code")
        elif head.version:
            values = (code, head.url, head.version)
            finding.say("error", "code-invalid", "invalid-code", "Unknown_Code_in_Version", *values, element="code")
        else:
            finding.say("error", "code-invalid", "invalid-code", "Unknown_Code_in", code, head.url, element="code")

    def _judge(self, finding: Finding, found: Found) -> None:
        """The code is known and in; is it allowed, current, and named right?"""
        asked, concept, head = finding.asked, found.concept, found.system.head
        finding.inside, finding.found = True, found
        if concept.code != asked.code:
            finding.normalized = concept.code
            finding.say(
                "information",
                "business-rule",
                "code-rule",
                "CODE_CASE_DIFFERENCE",
                asked.code,
                concept.code,
                head.vurl,
                element="code",
            )
        if concept.abstract and not self._abstract_allowed:
            finding.say(
                "error",
                "business-rule",
                "code-rule",
                "ABSTRACT_CODE_NOT_ALLOWED",
                head.url,
                concept.code,
                element="code",
            )
            self._outside(finding)
        if concept.inactive and self._active_only:
            finding.say("error", "business-rule", "code-rule", "STATUS_CODE_WARNING_CODE", concept.code, element="code")
            self._outside(finding)
        if self._only_membership:
            return
        if concept.inactive:
            status = concept.status if concept.status and concept.status != "inactive" else ""
            finding.say(
                "warning",
                "business-rule",
                "code-comment",
                "INACTIVE_CONCEPT_FOUND",
                concept.code,
                f"{status} and inactive" if status else "inactive",
                at=asked.root,
            )
        elif concept.status == "deprecated":
            finding.say(
                "warning", "business-rule", "code-comment", "DEPRECATED_CONCEPT_FOUND", concept.code, at=asked.root
            )
        if found.listed is not None and found.listed.deprecated and self._set is not None:
            finding.say(
                "warning",
                "business-rule",
                "code-comment",
                "CONCEPT_DEPRECATED_IN_VALUESET",
                concept.code,
                head.url,
                self._set.name,
                "deprecated",
                element="code",
            )
        if asked.display:
            displays.check(finding, found, self._languages, self._lenient)

    def _tell_standing(self, finding: Finding, value_set: ValueSet, seen: Seen) -> None:
        if self._only_membership:
            return
        used = self._membership.contents.used
        heads = [system.head for system in seen.systems.values()]
        for status, kind, vurl in warnings(value_set, [value_set, *used.value_sets.values()], heads):
            finding.say("information", "business-rule", "status-check", f"MSG_{status.upper()}", kind, vurl)


def _nothing() -> FhirProblem:
    text = say("NOTHING_TO_VALIDATE")
    return refused(400, "invalid", text.en, text.fa)


def _coding(said: Json, path: str) -> Asked:
    def text(name: str) -> str:
        value: Any = said.get(name)
        if value is not None and not isinstance(value, str):
            raise refused(400, "invalid", f"{path}.{name} must be text", f"{path}.{name} باید متن باشد")
        return value or ""

    return Asked(text("system"), text("version"), text("code"), text("display"), path)


def validate_in_value_set(request: Request) -> Json:
    """ValueSet $validate-code."""
    if request.asked.text("url") == urls.ALL_VALUE_SETS:
        return Validation(request, ValueSet({}, urls.ALL_VALUE_SETS)).run()
    value_set = request.value_set()
    if value_set is None:
        raise refused(
            400, "required", "Name the value set: url or valueSet", "مجموعهٔ مقادیر را نام ببرید: url یا valueSet"
        )
    return Validation(request, value_set).run()


def validate_in_system(request: Request) -> Json:
    """CodeSystem $validate-code."""
    return Validation(request, None).run()
