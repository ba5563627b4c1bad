"""The addresses that FHIR gives to extensions, properties and uses."""

_SD = "http://hl7.org/fhir/StructureDefinition/"
STANDARDS_STATUS = _SD + "structuredefinition-standards-status"
CS_ORDER = _SD + "codesystem-conceptOrder"
CS_LABEL = _SD + "codesystem-label"
VS_ORDER = _SD + "valueset-conceptOrder"
VS_LABEL = _SD + "valueset-label"
WEIGHT = _SD + "itemWeight"
VS_DEPRECATED = _SD + "valueset-deprecated"
VS_DEFINITION = _SD + "valueset-concept-definition"
VS_SUPPLEMENT = _SD + "valueset-supplement"
VS_UNCLOSED = _SD + "valueset-unclosed"
RENDERING_STYLE = _SD + "rendering-style"
RENDERING_XHTML = _SD + "rendering-xhtml"
ALTERNATE = _SD + "codesystem-alternate"
EXPANSION_PARAMETER = (
    _SD + "valueset-expansion-parameter",
    "http://hl7.org/fhir/tools/StructureDefinition/valueset-expansion-parameter",
    "http://hl7.org/fhir/tools/StructureDefinition/valueset-parameter",
)
PROPERTIES = "http://hl7.org/fhir/concept-properties#"

_R5 = "http://hl7.org/fhir/5.0/StructureDefinition/extension-"
R5_EXPANSION_PROPERTY = _R5 + "ValueSet.expansion.property"
R5_CONTAINS_PROPERTY = _R5 + "ValueSet.expansion.contains.property"
R5_FILTER_OP = _R5 + "ValueSet.compose.include.filter.op"

TERM_INFRA = "http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra"
PREFERRED = {"system": TERM_INFRA, "code": "preferredForLanguage", "display": "Preferred For Language"}
INACTIVE_NAME = "900000000000546006"
DISPLAY_USES = frozenset(
    {"preferredForLanguage", "display", "preferred", "900000000000003001", "900000000000013009", "900000000000548007"}
)
BCP47 = "urn:ietf:bcp:47"
ALL_VALUE_SETS = "http://hl7.org/fhir/ValueSet/@all"

ECHOED = (RENDERING_STYLE, RENDERING_XHTML, VS_DEPRECATED, VS_DEFINITION, ALTERNATE)
"""Extensions of a concept that an expansion repeats."""
