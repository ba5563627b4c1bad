"""One release made out of another: what changed is carried, the indexes are built again where they are needed.

A new code moves every ordinal, so two release files share few bytes; what the committee changed is small.
A delta holds the artefacts and concepts that differ, compressed. ``apply`` builds the new release from the old
one; since the same content gives the same digest, the result is the signed release or it is thrown away.
"""

import lzma
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

from termserver.build import build_release
from termserver.model.codes import CodeSystemContent, ConceptMap, NamingSystem, ValueSet
from termserver.model.destinations import Destination
from termserver.model.documents import DocumentType, RuleSet
from termserver.model.errors import ReleaseError
from termserver.model.glossary import Glossary
from termserver.releases import atomic, destination_records, document_records, glossary_records, records
from termserver.releases.digests import canonical_json
from termserver.releases.file import ReleaseFile
from termserver.terminology.details import decode_concept
from termserver.terminology.tables import CHILDREN, CONCEPT, DETAIL, SYSTEM, unpack

FORMAT = "termserver-delta/1"
_WORTH = 0.5
"""A delta larger than this share of the release is not made."""
_MOST = 1_000_000_000
"""Bytes of an opened delta; more is an attack."""
_DECODED = ("codesystem", "valueset", "conceptmap", "namingsystem", "documenttype", "documenttypes", "ruleset",
            destination_records.KIND, glossary_records.KIND)  # fmt: skip

Bodies = dict[str, bytes]
Order = dict[str, list[str]]


class _Whole:
    """All that a release says, from which it can be built: artefacts, and each system's concepts and their order."""

    def __init__(self, artefacts: dict[str, tuple[str, bytes]], systems: dict[str, tuple[Bodies, Order]]) -> None:
        self.artefacts = artefacts
        self.system_parts = systems

    @classmethod
    def read(cls, release: ReleaseFile) -> "_Whole":
        artefacts = {
            one.path: (one.kind, release.artefact(one.path) or b"")
            for one in release.manifest.artefacts
            if one.kind != "table"
        }
        rows = sorted(release.rows(SYSTEM), key=lambda row: row[1])
        paths = {row[1]: row[2] for row in rows}
        where: dict[int, int] = {}
        for key, ordinal, *_ in release.rows(CONCEPT):
            where[ordinal] = int(key.partition(":")[0])
        parts: dict[int, tuple[Bodies, Order]] = {number: ({}, {}) for number in paths}
        codes: dict[int, str] = {}
        for ordinal, body in release.rows(DETAIL):
            code = codes[ordinal] = orjson.loads(body)["c"]
            parts[where[ordinal]][0][code] = body
        for ordinal, members in release.rows(CHILDREN):
            parts[where[ordinal]][1][codes[ordinal]] = [codes[child] for child in unpack(members)]
        return cls(artefacts, {paths[number]: parts[number] for number in paths})

    # what ``build_release`` reads

    @property
    def systems(self) -> tuple[CodeSystemContent, ...]:
        found = []
        for path, (bodies, order) in self.system_parts.items():
            concepts = tuple(decode_concept(bodies[code]) for code in _in_order(bodies, order))
            found.append(CodeSystemContent(records.decode_system(self.artefacts[path][1]), concepts))
        return tuple(found)

    def _of(self, kind: str) -> Iterable[bytes]:
        return (body for known, body in self.artefacts.values() if known == kind)

    @property
    def value_sets(self) -> tuple[ValueSet, ...]:
        return tuple(map(records.decode_value_set, self._of("valueset")))

    @property
    def concept_maps(self) -> tuple[ConceptMap, ...]:
        return tuple(map(records.decode_concept_map, self._of("conceptmap")))

    @property
    def naming_systems(self) -> tuple[NamingSystem, ...]:
        return tuple(map(records.decode_naming_system, self._of("namingsystem")))

    @cached_property
    def document_types(self) -> tuple[DocumentType, ...]:
        """In the order of the heads, which is the order of the folders."""
        found = {
            (one.id, one.version): one for one in map(document_records.decode_document_type, self._of("documenttype"))
        }
        heads = self.artefacts.get(document_records.HEADS)
        listed = document_records.decode_heads(heads[1]) if heads else []
        return tuple(found[one.id, one.version] for one in listed)

    @property
    def rule_sets(self) -> tuple[RuleSet, ...]:
        return tuple(map(document_records.decode_rule_set, self._of("ruleset")))

    @property
    def destinations(self) -> tuple[Destination, ...]:
        return tuple(map(destination_records.decode_destination, self._of(destination_records.KIND)))

    @property
    def glossary(self) -> Glossary | None:
        return next(map(glossary_records.decode_glossary, self._of(glossary_records.KIND)), None)

    @property
    def files(self) -> dict[str, bytes]:
        return {path: body for path, (kind, body) in self.artefacts.items() if kind not in _DECODED}


def make(before: Path, after: Path, into: Path) -> bool:
    """Write what makes ``after`` out of ``before``, after having tried it; False, and nothing written, where it would
    be no gain or would not give the very same release."""
    with ReleaseFile.open(before) as old, ReleaseFile.open(after) as new:
        had, has = _Whole.read(old), _Whole.read(new)
        said = {
            "format": FORMAT,
            "from": old.manifest.digest,
            "to": new.manifest.digest,
            "name": new.manifest.name,
            "version": new.manifest.version,
            "gone": sorted(had.artefacts.keys() - has.artefacts.keys()),
            "put": [
                [path, kind, _text(body)]
                for path, (kind, body) in sorted(has.artefacts.items())
                if had.artefacts.get(path) != (kind, body)
            ],
            "systems": [
                _changes(path, had.system_parts.get(path, ({}, {})), parts) for path, parts in has.system_parts.items()
            ],
        }
    data = lzma.compress(canonical_json(said), preset=6)
    if len(data) > after.stat().st_size * _WORTH:
        return False
    tried = atomic.neighbour(into)
    try:
        atomic.write(into, data)
        apply(before, into, tried)
    except ReleaseError:
        into.unlink(missing_ok=True)
        return False
    finally:
        _remove(tried)
    return True


def apply(before: Path, delta: Path, into: Path) -> None:
    """Build the release that a delta makes out of ``before``; raise ReleaseError, nothing written, if it is another."""
    said = _opened(delta)
    with ReleaseFile.open(before) as old:
        if said["from"] != old.manifest.digest:
            raise _refused(f"it is for {said['from'][:12]}, not for {old.manifest.digest[:12]}")
        whole = _Whole.read(old)
    try:
        for path in said["gone"]:
            del whole.artefacts[path]
        whole.artefacts |= {path: (kind, _bytes(body)) for path, kind, body in said["put"]}
        whole.system_parts = {
            change["path"]: _changed(whole.system_parts.get(change["path"], ({}, {})), change)
            for change in said["systems"]
        }
        name, version, digest = said["name"], said["version"], said["to"]
        manifest = build_release(whole, into, name, version)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        _remove(into)
        raise _refused(str(error)) from None
    if manifest.digest != digest:
        _remove(into)
        raise _refused(f"it gives {manifest.digest[:12]}, not {digest[:12]}")


def _changes(path: str, had: tuple[Bodies, Order], has: tuple[Bodies, Order]) -> dict[str, Any]:
    """What differs in one system; one that is the same is named alone, since the order of systems counts."""
    said: dict[str, Any] = {"path": path}
    if gone := sorted(had[0].keys() - has[0].keys()):
        said["gone"] = gone
    if put := [_text(body) for code, body in has[0].items() if had[0].get(code) != body]:
        said["put"] = put
    if order := {code: listed for code, listed in has[1].items() if had[1].get(code) != listed}:
        said["order"] = order
    if leaves := sorted(had[1].keys() - has[1].keys()):
        said["leaves"] = leaves
    return said


def _changed(had: tuple[Bodies, Order], said: dict[str, Any]) -> tuple[Bodies, Order]:
    bodies, order = dict(had[0]), dict(had[1])
    for code in said.get("gone", ()):
        del bodies[code]
    for body in map(_bytes, said.get("put", ())):
        bodies[orjson.loads(body)["c"]] = body
    for code in said.get("leaves", ()):
        del order[code]
    return bodies, order | said.get("order", {})


def _in_order(bodies: Bodies, order: Order) -> list[str]:
    """The codes so that the children of each stand as ``order`` says; raise ValueError where that cannot be."""
    after: defaultdict[str, list[str]] = defaultdict(list)
    waits = dict.fromkeys(bodies, 0)
    for children in order.values():
        for first, second in pairwise(children):
            after[first].append(second)
            waits[second] += 1
    ready = [code for code, count in waits.items() if not count]
    for code in ready:
        for following in after.get(code, ()):
            waits[following] -= 1
            if not waits[following]:
                ready.append(following)
    if len(ready) != len(bodies):
        raise ValueError("the order of its codes contradicts itself")
    return ready


def _opened(delta: Path) -> dict[str, Any]:
    try:
        decompressor = lzma.LZMADecompressor(memlimit=256_000_000)
        data = decompressor.decompress(delta.read_bytes(), _MOST)
        said = orjson.loads(data)
        if not decompressor.eof or said["format"] != FORMAT:
            raise ValueError("it is in another format")
    except (OSError, lzma.LZMAError, ValueError, KeyError, TypeError) as error:
        raise _refused(str(error)) from None
    found: dict[str, Any] = said
    return found


def _text(body: bytes) -> Any:
    """Bytes in JSON: as text where they are text, else as Latin-1 in a list of one."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return [body.decode("latin-1")]


def _bytes(said: Any) -> bytes:
    return str(said[0]).encode("latin-1") if isinstance(said, list) else str(said).encode()


def _remove(path: Path) -> None:
    from termserver.releases import stamps

    stamps.remove(path)
    path.unlink(missing_ok=True)


def _refused(why: str) -> ReleaseError:
    return ReleaseError(
        f"The delta cannot be used: {why}. The whole release is fetched instead: termserver pull --full",
        f"این تفاوت به کار نمی‌آید: {why}. انتشار کامل گرفته می‌شود: termserver pull --full",
    )
