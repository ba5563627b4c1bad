"""What the searches of definitions and of the directory read alike from an address."""

from collections.abc import Iterable, Mapping

from termserver.fhir.outcomes import FhirProblem, refused


def unsearchable(kind: str, name: str, known: Iterable[str]) -> FhirProblem:
    """The refusal of a parameter that a type is not searched by."""
    return refused(
        400,
        "not-supported",
        f"{kind} cannot be searched by '{name[:80]}'; it can by {', '.join(known)}",
        f"{kind} را با «{name[:80]}» نمی‌توان جست",
    )


def whole_number(said: Mapping[str, str], name: str, default: int) -> int:
    """The number that a parameter gives, ``default`` without it; raise ``FhirProblem`` for anything else."""
    text = said.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise refused(400, "invalid", f"{name} must be a whole number from 0", f"{name} باید عددی از ۰ به بالا باشد")
    return int(text)


def elements(said: Mapping[str, str]) -> frozenset[str]:
    """What ``_elements`` names, with what every resource says of itself; nothing where it names nothing."""
    wanted = [name.strip() for name in said.get("_elements", "").split(",") if name.strip()]
    return frozenset({"resourceType", "id", "meta", *wanted}) if wanted else frozenset()
