"""A registry of FHIR packages: the npm protocol, so that plain npm and FHIR tools install what is in force here.

The older releases of the shelf are versions too. A file is named by the digest of its release and may be kept for ever.
"""

import hashlib
import os
from collections.abc import Callable
from threading import Lock
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from termserver.api.answers import Problem
from termserver.model.fold import fold
from termserver.model.text import Text
from termserver.publication.fhir_packages import SCOPE, Package, Packages
from termserver.publication.package_files import FHIR
from termserver.releases.digests import edition_of
from termserver.releases.file import ReleaseFile
from termserver.releases.shelf import Shelf
from termserver.service import TermServer
from termserver.trust.publishers import Publishers, signed_pins

SCOPE_NAME = "TERMSERVER_PACKAGE_SCOPE"
_FOR_EVER = "public, max-age=31536000, immutable"
_ANEW = "no-cache"
_OLDER = 24
"""So many older releases are offered beside the ones in force."""
_MOST = 250
_GZIP = "application/gzip"


class PackageRegistry:
    """The packages of a served edition and of the older releases on its shelf, opened by the first who asks."""

    def __init__(self, server: TermServer) -> None:
        self._server = server
        self._lock = Lock()
        self._packages: Packages | None = None
        self._older: list[ReleaseFile] = []

    @property
    def packages(self) -> Packages:
        with self._lock:
            if self._packages is None:
                shelf = Shelf()
                signed = signed_pins(Publishers(shelf).all())
                taken = {digest: one.retracted for digest, (_, one) in signed.items() if one.retracted}
                scope = os.environ.get(SCOPE_NAME) or SCOPE
                self._packages = Packages([self._server, *self._opened(shelf)], scope, taken)
            return self._packages

    def _opened(self, shelf: Shelf) -> list[TermServer]:
        used = {pin.digest for pin in self._server.edition.releases}
        names = {pin.name for pin in self._server.edition.releases}
        older = [one for one in shelf.installed() if one.pin.name in names and one.pin.digest not in used]
        for one in [one for one in older if not one.problem][-_OLDER:]:
            self._older.append(ReleaseFile.open(one.path, one.pin.digest))
        return [TermServer(edition_of([release.pin]), [release]) for release in self._older]

    def close(self) -> None:
        for release in self._older:
            release.close()


def routes(registry: PackageRegistry) -> APIRouter:
    router = APIRouter(tags=["packages"])
    _add_searches(router, registry)

    @router.get("/packages/{name}", summary="A package with all its versions (npm)")
    def packument(name: str, request: Request) -> Response:
        """``dist-tags``, and each version with ``dist.tarball``, ``dist.shasum`` (SHA-1) and ``dist.integrity``."""
        packages = registry.packages
        versions = packages.versions(name)
        if not versions:
            raise _none(name)
        address = _address(request)
        told = {one.version: _version(packages, one, address) for one in versions}
        newest = versions[0]
        body = {
            "_id": name,
            "name": name,
            "description": told[newest.version]["description"],
            "dist-tags": {"latest": newest.version},
            "versions": told,
        }
        return _json(request, body)

    @router.get("/packages/{name}/{version}", summary="A version of a package: its file, or what is said of it")
    def one_version(name: str, version: str, request: Request) -> Response:
        """The file (``.tgz``), as the tools of FHIR ask it; who accepts ``application/json`` alone gets the JSON of
        npm. ``latest`` and ``2026.11.x`` name a version too."""
        packages = registry.packages
        found = packages.find(name, version)
        if found is None:
            raise _none(f"{name}#{version}")
        if request.headers.get("accept", "").partition(";")[0].strip() == "application/json":
            return _json(request, _version(packages, found, _address(request)))
        return _file(request, packages, found, fixed=False)

    @router.get("/packages/{name}/-/{file}", summary="The file of a version of a package")
    def file(name: str, file: str, request: Request) -> Response:
        packages = registry.packages
        found = next((one for one in packages.versions(name) if file in (one.file, one.fixed_file)), None)
        if found is None:
            raise _none(f"{name}/-/{file}")
        return _file(request, packages, found, fixed=file == found.fixed_file)

    return router


def _add_searches(router: APIRouter, registry: PackageRegistry) -> None:
    Words = Annotated[str, Query(max_length=200)]

    @router.get("/packages/catalog", summary="Find packages by name or canonical")
    def catalog(
        request: Request,
        name: Words = "",
        canonical: Words = "",
        pkgcanonical: Words = "",
        fhirversion: Words = "",
        op: Words = "",
    ) -> Response:
        """A list of ``Name``, ``Description``, ``FhirVersion`` as FHIR tools ask a registry for it; with ``op=find`` in
        the second form that they know."""
        found = [one for one in _found(registry.packages, name) if not canonical or one.canonical == canonical]
        found = [one for one in found if not pkgcanonical or one.canonical == pkgcanonical]
        if fhirversion and fhirversion.upper() not in ("R4", FHIR):
            found = []
        return _json(request, [(_as_found if op == "find" else _as_listed)(one) for one in found[:_MOST]])

    @router.get("/packages/-/v1/search", summary="Find packages (npm search)")
    def search(
        request: Request,
        text: Words = "",
        size: Annotated[int, Query(ge=0, le=_MOST)] = 20,
        start: Annotated[int, Query(alias="from", ge=0)] = 0,
    ) -> Response:
        found = _found(registry.packages, text)
        objects = [{"package": _searched(one), "searchScore": 1} for one in found[start : start + size]]
        return _json(request, {"objects": objects, "total": len(found)})

    @router.get("/packages/-/ping", include_in_schema=False)
    def ping() -> dict[str, str]:
        return {}


def _found(packages: Packages, said: str) -> list[Package]:
    """The packages of which every word is in the name or the title; the version in force of each."""
    words = fold(said).split()
    newest = [packages.versions(name)[0] for name in packages.names()]
    return [one for one in newest if all(word in fold(f"{one.name} {one.title.fa} {one.title.en}") for word in words)]


def _as_listed(one: Package) -> dict[str, Any]:
    return {"Name": one.name, "Description": _described(one), "FhirVersion": "R4"}


def _as_found(one: Package) -> dict[str, Any]:
    return {
        "name": one.name,
        "version": one.version,
        "fhirVersion": FHIR,
        "canonical": one.canonical,
        "kind": "conformance",
        "description": _described(one),
        "url": one.canonical,
    }


def _searched(one: Package) -> dict[str, Any]:
    # npm search reads the maintainers without asking whether there are any
    said = {"name": one.name, "version": one.version, "description": _described(one)}
    return {**said, "keywords": ["fhir"], "maintainers": []}


def _described(one: Package) -> str:
    return " — ".join(text for text in (one.title.fa, one.title.en) if text)


def _version(packages: Packages, one: Package, address: str) -> dict[str, Any]:
    told = packages.described(one)
    dist = {**told["dist"], "tarball": f"{address}/{one.name}/-/{one.fixed_file}"}
    return {"_id": f"{one.name}@{one.version}", **told, "fhirVersion": FHIR, "dist": dist}


def _address(request: Request) -> str:
    return f"{str(request.base_url).rstrip('/')}/packages"


def _file(request: Request, packages: Packages, one: Package, fixed: bool) -> Response:
    made = packages.tarball(one)
    cache = _FOR_EVER if fixed else _ANEW
    named = {"content-disposition": f'attachment; filename="{one.file}"'}
    return _tagged(request, lambda: made.data, f'"{made.integrity}"', _GZIP, cache, named)


def _json(request: Request, said: Any) -> Response:
    body = orjson.dumps(said)
    return _tagged(request, lambda: body, f'"{hashlib.sha256(body).hexdigest()}"', "application/json", _ANEW, {})


def _tagged(
    request: Request, body: Callable[[], bytes], tag: str, kind: str, cache: str, more: dict[str, str]
) -> Response:
    headers = {"etag": tag, "cache-control": cache, "vary": "accept", "x-content-type-options": "nosniff", **more}
    held = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if tag in held or "*" in held:
        return Response(status_code=304, headers=headers)
    return Response(body(), headers=headers, media_type=kind)


def _none(what: str) -> Problem:
    return Problem(
        404,
        "not-found",
        Text(
            f"بستهٔ «{what[:120]}» اینجا نیست؛ فهرست: /packages/catalog",
            f"There is no package '{what[:120]}' here; they are listed at /packages/catalog.",
        ),
    )
