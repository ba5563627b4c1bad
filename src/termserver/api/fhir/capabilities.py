"""What this server can do, said so that it is true: CapabilityStatement, TerminologyCapabilities, $versions."""

from collections.abc import Iterable, Mapping
from typing import Any

from termserver import __version__
from termserver.api.fhir.directory import Directory
from termserver.api.fhir.directory_search import PARAMETERS
from termserver.api.fhir.exchange import R4, R5, Exchange
from termserver.api.fhir.operations import OPERATIONS
from termserver.fhir.outcomes import Json
from termserver.fhir.parameters import answer, said
from termserver.fhir.systems import Head

_FEATURE = "http://hl7.org/fhir/uv/application-feature/StructureDefinition/feature"
_TEST_VERSION = "http://hl7.org/fhir/uv/tx-tests/FeatureDefinition/test-version"
_AS_PARAMETER = "http://hl7.org/fhir/uv/tx-ecosystem/FeatureDefinition/CodeSystemAsParameter"
_DATE = "2026-11-22"
_SPOKEN = {R4: "4.0", R5: "5.0"}
ON_SYSTEM = {"$versions": "versions", "$cache-control": "cache-control", "$closure": "closure"}
_DEFINITIONS = {
    "cache-control": "http://hl7.org/fhir/uv/tx-ecosystem/OperationDefinition/cache-control",
    "batch-validate-code": "http://hl7.org/fhir/uv/tx-ecosystem/OperationDefinition/batch-validate-code",
    "compare": "http://hl7.org/fhir/tools/OperationDefinition/ValueSet-compare",
    "versions": "http://hl7.org/fhir/OperationDefinition/CapabilityStatement-versions",
    "closure": "http://hl7.org/fhir/OperationDefinition/ConceptMap-closure",
}
EXPANSION_PARAMETERS = (
    "activeOnly",
    "check-system-version",
    "count",
    "default-valueset-version",
    "designation",
    "displayLanguage",
    "exclude-system",
    "excludeNested",
    "excludeNotForUI",
    "filter",
    "force-system-version",
    "includeDefinition",
    "includeDesignations",
    "offset",
    "property",
    "system-version",
    "tx-resource",
    "url",
    "useSupplement",
    "valueSet",
    "valueSetVersion",
)


def versions(exchange: Exchange) -> Json:
    """The releases of FHIR that are spoken at this address."""
    spoken = _SPOKEN[exchange.version]
    return answer([said("version", "Code", spoken), said("default", "Code", spoken)])


def capability_statement(
    exchange: Exchange, system_operations: Iterable[str], search: Mapping[str, Mapping[str, str]], directory: Directory
) -> Json:
    release = "r4" if exchange.version == R4 else "r5"
    return {
        "resourceType": "CapabilityStatement",
        "id": "termserver",
        "extension": [_feature(_TEST_VERSION, "valueCode", "1.9.3"), _feature(_AS_PARAMETER, "valueBoolean", True)],
        "url": f"{exchange.base}/CapabilityStatement/termserver",
        "version": __version__,
        "name": "Termserver",
        "title": f"termserver FHIR terminology service ({release.upper()})",
        "status": "active",
        "experimental": False,
        "date": _DATE,
        "description": "Lookup, validation, expansion, subsumption and translation over one pinned edition.",
        "kind": "instance",
        "instantiates": ["http://hl7.org/fhir/CapabilityStatement/terminology-server"],
        "software": {"name": "termserver", "version": __version__, "releaseDate": _DATE},
        "implementation": {"description": "termserver", "url": exchange.base},
        "fhirVersion": exchange.version,
        "format": ["application/fhir+json", "application/fhir+xml", "json", "xml"],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "cors": True,
                    "service": [
                        {"text": "Reading is open; whoever must guard it puts the gateway of the house in front"}
                    ],
                },
                "resource": [
                    *(_resource(kind, parameters) for kind, parameters in search.items()),
                    *(_entries(kind, directory) for kind in directory.kinds),
                ],
                "interaction": [{"code": "batch"}],
                "operation": [_operation(ON_SYSTEM[name], "") for name in system_operations],
            }
        ],
    }


def _resource(kind: str, parameters: Mapping[str, str]) -> Json:
    found: Json = {
        "type": kind,
        "interaction": [{"code": code} for code in ("read", "vread", "history-instance", "search-type")],
        "versioning": "versioned",
        "searchParam": [{"name": name, "type": type} for name, type in parameters.items()],
    }
    operations = {"$preferred-id": None} if kind == "NamingSystem" else OPERATIONS.get(kind)
    if operations:
        found["operation"] = [_operation(name[1:], kind) for name in operations]
    return found


def _entries(kind: str, directory: Directory) -> Json:
    """A type of the directory; a history is there where the store of record is."""
    interactions = ["read", "search-type"]
    if directory.desk.keeps_records:
        interactions += ["vread", "history-instance", "history-type"]
    said = PARAMETERS[kind]
    found: Json = {
        "type": kind,
        "interaction": [{"code": code} for code in interactions],
        "versioning": "versioned" if directory.desk.keeps_records else "no-version",
        "referencePolicy": ["literal"],
        "searchInclude": [f"{kind}:{name}" for name in directory.included(kind)],
        "searchRevInclude": directory.including(kind),
        "searchParam": [{"name": name, "type": type} for name, type in said.items()],
    }
    return {key: value for key, value in found.items() if value}


def _operation(name: str, kind: str) -> Json:
    definition = _DEFINITIONS.get(name, f"http://hl7.org/fhir/OperationDefinition/{kind}-{name}")
    return {"name": name, "definition": definition}


def _feature(definition: str, kind: str, value: Any) -> Json:
    return {
        "url": _FEATURE,
        "extension": [{"url": "definition", "valueCanonical": definition}, {"url": "value", kind: value}],
    }


def terminology_capabilities(exchange: Exchange, systems: Iterable[Head]) -> Json:
    """Every code system and version that is held, and how expansions can be steered."""
    by_url: dict[str, list[Head]] = {}
    for head in systems:
        by_url.setdefault(head.url, []).append(head)
    return {
        "resourceType": "TerminologyCapabilities",
        "id": "termserver",
        "url": f"{exchange.base}/TerminologyCapabilities/termserver",
        "version": __version__,
        "name": "TermserverTerminology",
        "title": "What termserver knows",
        "status": "active",
        "date": _DATE,
        "kind": "instance",
        "software": {"name": "termserver", "version": __version__},
        "implementation": {"description": "termserver", "url": exchange.base},
        "lockedDate": False,
        "codeSystem": [_held(exchange, url, heads) for url, heads in sorted(by_url.items())],
        "expansion": {
            "hierarchical": True,
            "paging": True,
            "incomplete": False,
            "parameter": [{"name": name} for name in EXPANSION_PARAMETERS],
            "textFilter": "Words, their beginnings or parts of codes and names, folded for Persian and Latin letters; "
            "the best kind of match comes first.",
        },
        "codeSearch": "all" if exchange.version == R4 else "in-compose-or-expansion",
        "validateCode": {"translations": True},
        "translation": {"needsMap": False},
        "closure": {"translation": False},
    }


def _held(exchange: Exchange, url: str, heads: list[Head]) -> Json:
    from termserver.fhir.versions import newest

    default = newest(head.version for head in heads)
    found: Json = {"uri": url}
    known = [head for head in heads if head.version]
    if known:
        found["version"] = [
            {"code": head.version, **({"isDefault": True} if head.version == default else {})} for head in known
        ]
    if exchange.version == R5:
        found["content"] = max((head.content for head in heads), key=("complete", "fragment").__contains__)
    return found
