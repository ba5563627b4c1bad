"""What a log may tell of a path under /fhir/ or /svs/: names that are known here, nothing typed in their place."""

from termserver.api.fhir.capabilities import ON_SYSTEM
from termserver.api.fhir.directory_visit import REGISTRIES
from termserver.api.fhir.operations import OPERATIONS
from termserver.api.fhir.resources import Resources

_BASES = ("r4", "r5")
_LISTS = ("/svs/RetrieveValueSet", "/svs/RetrieveMultipleValueSets")
_KINDS = {"metadata", *OPERATIONS, *Resources.search_parameters, *REGISTRIES}
_DONE = {"_history", "$preferred-id", *ON_SYSTEM, *(name for known in OPERATIONS.values() for name in known)}


def route(path: str) -> str:
    """``/fhir/r4/CodeSystem/$lookup`` and the like, without ids; ``?`` stands for what is not there."""
    if path.startswith("/svs/"):
        return path if path in _LISTS else "/svs/?"
    base, *parts = path.removeprefix("/fhir/").rstrip("/").split("/")
    kind, done = parts[:1], [part for part in parts if part in _DONE]
    if base not in _BASES or (kind and kind[0] not in _KINDS and kind[0] not in _DONE):
        return "/fhir/?"
    return "/".join(("/fhir", base, *(one for one in kind if one in _KINDS), *done[:1]))
