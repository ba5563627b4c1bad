"""The excerpts of the invalid examples, as the releases of an edition keep them."""

from collections.abc import Iterable

import orjson

from termserver.model.explanations import Excerpt
from termserver.releases.file import ReleaseFile


def read(releases: Iterable[ReleaseFile]) -> dict[tuple[str, str], dict[str, Excerpt]]:
    """By document type and version of its rules, then by rule id; a release without any adds none."""
    found: dict[tuple[str, str], dict[str, Excerpt]] = {}
    for release in releases:
        for path in release.artefact_paths("excerpt"):
            _, kind, name = path.split("/")
            said = orjson.loads(release.artefact(path) or b"{}")
            known = {rule: Excerpt(one["bad"], one["good"], one["file"]) for rule, one in said.items()}
            found.setdefault((kind, name.removesuffix(".json")), known)
    return found
