"""Which version is meant: wildcards, what is newer, and the rules that a request lays down.

Semantic wildcards: ``x``, ``X`` and ``*`` stand for anything in their part (``1.x`` fits 1.2, not
1.2.0), a ``?`` at the end for anything from there on.
"""

import re
from collections.abc import Iterable, Mapping

from termserver.fhir.outcomes import FhirProblem, problem

_PARTS = re.compile(r"\d+(\.\d+)*([-+].*)?")
_NUMBERS = re.compile(r"(\d+)")
ANY = ("x", "X", "*")


def key(version: str) -> tuple[object, ...]:
    """Sorts versions from the oldest to the newest, whatever their scheme."""
    release, dash, before = version.partition("-") if _PARTS.fullmatch(version) else (version, "", "")
    parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in _NUMBERS.split(release) if part)
    return (bool(version), parts, not dash, before)


def has_wildcard(version: str) -> bool:
    return version.endswith("?") or any(part in ANY for part in re.split(r"[.+-]", version))


def matches(criteria: str, version: str) -> bool:
    """Whether ``version`` is one that ``criteria`` asks for."""
    if criteria == version:
        return True
    if not criteria or not version:
        return False
    if criteria == "*":
        return True
    if criteria.endswith("?"):
        return (
            version.startswith(criteria[:-1].rstrip("."))
            if not has_wildcard(criteria[:-1])
            else _open(criteria[:-1], version)
        )
    if has_wildcard(criteria):
        wanted, given = criteria.split("."), version.split(".")
        return len(wanted) == len(given) and all(w in ANY or w == g for w, g in zip(wanted, given, strict=True))
    # a SNOMED edition names all its versions; elsewhere a prefix is no version
    return criteria.startswith("http://snomed.info/") and version.startswith(f"{criteria}/")


def _open(criteria: str, version: str) -> bool:
    wanted, given = criteria.rstrip(".").split("."), version.split(".")
    return len(wanted) <= len(given) and all(w in ANY or w == g for w, g in zip(wanted, given, strict=False))


def newest(versions: Iterable[str]) -> str:
    return max(versions, key=key, default="")


def pick(versions: Iterable[str], wanted: str) -> str | None:
    """The version that ``wanted`` asks for (empty: the newest), or None."""
    known = list(versions)
    if not known:
        return None
    if not wanted:
        return known[0] if len(known) == 1 else newest(known)
    if wanted in known:
        return wanted
    fitting = [version for version in known if matches(wanted, version)]
    return newest(fitting) if fitting else None


def split(canonical: str) -> tuple[str, str]:
    """URL and version of ``url|version``; a fragment is left out."""
    url, _, version = canonical.partition("|")
    return url, version.partition("#")[0]


def joined(url: str, version: str) -> str:
    return f"{url}|{version}" if version else url


class VersionRules:
    """What a request says of versions: ``force`` beats what a value set pins, ``default`` fills in, ``check`` binds."""

    def __init__(
        self,
        force: Iterable[str] = (),
        default: Iterable[str] = (),
        check: Iterable[str] = (),
        sets: Iterable[str] = (),
    ) -> None:
        self.force = _table("force-system-version", force)
        self.default = _table("system-version", default)
        self.check = _table("check-system-version", check)
        self.value_sets = _table("default-valueset-version", sets)

    def determine(self, url: str, pinned: str) -> tuple[str, str]:
        """The version to look for, and the name of the parameter that chose it (empty: none did)."""
        if url in self.force:
            return self.force[url], "force-system-version"
        if pinned:
            return pinned, ""
        if url in self.default:
            return self.default[url], "system-version"
        if url in self.check:
            return self.check[url], "check-system-version"
        return "", ""

    def breach(self, url: str, version: str) -> str:
        """The version that a check asks for, if ``version`` is another one; else empty."""
        wanted = self.check.get(url, "")
        return wanted if wanted and not matches(wanted, version) else ""


def _table(name: str, canonicals: Iterable[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for canonical in canonicals:
        url, version = split(canonical)
        known = found.setdefault(url, version)
        if known != version:
            raise problem(400, "exception", "SYSTEM_VERSION_MULTIPLE", name, url, known, version, type="version-error")
    return found


__all__ = ["FhirProblem", "VersionRules", "joined", "key", "matches", "newest", "pick", "split"]
