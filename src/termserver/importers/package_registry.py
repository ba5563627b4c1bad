"""FHIR packages by name and version: fetched through the npm registry protocol, checked, kept in a cache folder."""

import base64
import contextlib
import hashlib
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from termserver import __version__
from termserver.importers.report import Progress
from termserver.model.errors import ImportFailed, UsageError
from termserver.releases import atomic
from termserver.releases.digests import natural

ADDRESS = "TERMSERVER_PACKAGE_REGISTRY"
"""The environment variable that configures the registry."""
_LARGEST = 500_000_000
_DOCUMENT = 64_000_000
_SECONDS = 60
_NAME = re.compile(r"(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-zA-Z0-9._-]{0,200}", re.ASCII)
_VERSION = re.compile(r"[0-9A-Za-z.*+_-]{1,80}", re.ASCII)


class NotFound(ImportFailed):
    """The registry has no such package, or no such version."""


@dataclass(frozen=True)
class Package:
    """A package file in the cache."""

    name: str
    version: str
    path: Path

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}"


def asked(text: str) -> tuple[str, str] | None:
    """``name@version`` or ``name#version`` as its parts; None for anything else, such as a file."""
    name, mark, version = text.replace("#", "@").rpartition("@")
    if not mark or not name or not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        return None
    return name, version


class PackageRegistry:
    """A registry at an address, with a cache: what is in the cache is not fetched again."""

    def __init__(self, address: str, cache: Path, progress: Progress | None = None) -> None:
        """Raise UsageError for an address that is none; an empty one reads the cache alone."""
        if address and urllib.parse.urlsplit(address).scheme not in ("http", "https"):
            raise UsageError(
                f"'{address}' is no address of a package registry; it begins with https://.",
                f"«{address}» نشانی مخزن بسته نیست؛ با ‎https://‎ آغاز می‌شود.",
            )
        self._address = address.rstrip("/")
        self._cache = cache
        self._progress = progress
        self._documents: dict[str, Mapping[str, Any]] = {}

    def fetch(self, name: str, wanted: str) -> Package:
        """The package in the newest version that ``wanted`` (``7.0.1``, ``4.0.x``, ``latest``) means.

        Raise NotFound, or ImportFailed where it does not come whole and as the registry says it is.
        """
        if self._address:
            version, said = self._version(name, wanted)
            path = self._path(name, version)
            if not self._kept(path):
                self._download(name, version, said, path)
            return Package(name, version, path)
        kept = [one for one in self._in_cache(name) if _fits(wanted, one)]
        if not kept:
            raise NotFound(
                f"{name}@{wanted} is not in the cache, and no package registry is configured. Name one: "
                f"--registry https://… or {ADDRESS}; or give the .tgz file.",
                f"{name}@{wanted} در انبار نیست و مخزن بسته‌ای پیکربندی نشده است. نشانی آن را با --registry یا "
                f"{ADDRESS} بدهید، یا خود پروندهٔ ‎.tgz‎ را.",
            )
        version = max(kept, key=natural)
        path = self._path(name, version)
        if not self._kept(path):
            raise _changed(name, version)
        return Package(name, version, path)

    def _version(self, name: str, wanted: str) -> tuple[str, Mapping[str, Any]]:
        document = self._document(name)
        versions = document.get("versions")
        versions = versions if isinstance(versions, dict) else {}
        if wanted == "latest":
            wanted = str((document.get("dist-tags") or {}).get("latest", "*"))
        fitting = [one for one in versions if _fits(wanted, one)]
        whole = [one for one in fitting if "-" not in one] or fitting
        if not whole:
            there = ", ".join(sorted(versions, key=natural)[-8:]) or "-"
            raise NotFound(
                f"{name} has no version '{wanted}' at this registry. It has: {there}.",
                f"{name} نسخهٔ «{wanted}» در این مخزن ندارد. نسخه‌ها: {there}.",
            )
        version = max(whole, key=natural)
        said = versions[version]
        return version, said if isinstance(said, dict) else {}

    def _document(self, name: str) -> Mapping[str, Any]:
        known = self._documents.get(name)
        if known is None:
            with self._opened(f"{self._address}/{urllib.parse.quote(name, safe='@')}", name) as answer:
                data = answer.read(_DOCUMENT + 1)
            try:
                known = orjson.loads(data)
            except orjson.JSONDecodeError:
                known = None
            if not isinstance(known, dict) or len(data) > _DOCUMENT:
                raise ImportFailed(
                    f"What the registry says of {name} is no package document; is the address right?",
                    f"پاسخ مخزن دربارهٔ {name} سند بسته نیست؛ آیا نشانی درست است؟",
                )
            self._documents[name] = known
        return known

    def _download(self, name: str, version: str, said: Mapping[str, Any], path: Path) -> None:
        told = said.get("dist")
        dist: Mapping[str, Any] = told if isinstance(told, dict) else {}
        address = str(dist.get("tarball") or said.get("url") or f"{self._address}/{name}/{version}")
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = atomic.neighbour(path)
        sums = {"sha512": hashlib.sha512(), "sha256": hashlib.sha256(), "sha1": hashlib.sha1(usedforsecurity=False)}
        got = 0
        try:
            with self._opened(urllib.parse.urljoin(f"{self._address}/", address), name) as answer:
                length = int(answer.headers.get("Content-Length") or 0)
                with temporary.open("wb") as out:
                    while chunk := answer.read(1 << 16):
                        got += len(chunk)
                        if got > _LARGEST:
                            raise ImportFailed(
                                f"{name}@{version} is larger than {_LARGEST:,} bytes.",
                                f"{name}@{version} از {_LARGEST:,} بایت بزرگ‌تر است.",
                            )
                        out.write(chunk)
                        for one in sums.values():
                            one.update(chunk)
                        if self._progress:
                            self._progress(got, length)
            if length and got != length:
                raise ImportFailed(
                    f"{name}@{version} did not come whole: {got:,} of {length:,} bytes. Try again.",
                    f"{name}@{version} کامل نرسید: {got:,} از {length:,} بایت. دوباره تلاش کنید.",
                )
            if not _as_promised(dist, {kind: one.digest() for kind, one in sums.items()}):
                raise _changed(name, version)
            atomic.put(temporary, path)
            path.with_suffix(".sha256").write_text(sums["sha256"].hexdigest(), encoding="ascii")
        except OSError as error:
            if isinstance(error, urllib.error.URLError):
                raise
            raise ImportFailed(
                f"{name}@{version} cannot be fetched: {error}.", f"{name}@{version} دریافت نمی‌شود: {error}."
            ) from None
        finally:
            temporary.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _opened(self, address: str, name: str) -> Iterator[Any]:
        if urllib.parse.urlsplit(address).scheme not in ("http", "https"):
            raise ImportFailed(f"The registry sends us to '{address}'.", f"مخزن ما را به «{address}» می‌فرستد.")
        asking = urllib.request.Request(address, headers={"User-Agent": f"termserver/{__version__}"})
        try:
            with urllib.request.urlopen(asking, timeout=_SECONDS) as answer:
                yield answer
        except urllib.error.HTTPError as error:
            if error.code in (404, 405):
                raise NotFound(
                    f"This registry has no package {name}.", f"این مخزن بسته‌ای به نام {name} ندارد."
                ) from None
            raise ImportFailed(
                f"The registry answers {error.code} about {name}.", f"مخزن دربارهٔ {name} پاسخ {error.code} می‌دهد."
            ) from None
        except urllib.error.URLError as error:
            raise ImportFailed(
                f"The package registry cannot be reached: {error.reason}. What is in the cache is read without "
                "--registry.",
                f"به مخزن بسته راهی نیست: {error.reason}. آنچه در انبار است بدون ‎--registry‎ خوانده می‌شود.",
            ) from None

    def _path(self, name: str, version: str) -> Path:
        return self._cache / f"{name.replace('/', '+')}#{version}.tgz"

    def _in_cache(self, name: str) -> list[str]:
        start = f"{name.replace('/', '+')}#"
        try:
            files = os.listdir(self._cache)
        except OSError:
            return []
        return [one.removeprefix(start)[:-4] for one in files if one.startswith(start) and one.endswith(".tgz")]

    def _kept(self, path: Path) -> bool:
        """Whether the cache has the file as it was checked when it came."""
        try:
            said = path.with_suffix(".sha256").read_text("ascii").strip()
            return hashlib.sha256(path.read_bytes()).hexdigest() == said
        except OSError:
            return False


def _fits(wanted: str, version: str) -> bool:
    """Whether a version is one of those wanted; ``x`` and ``*`` stand for any number."""
    if wanted == version or wanted in ("*", "x", ""):
        return True
    asked, there = wanted.split("."), version.split("-")[0].split(".")
    if not any(part in ("x", "X", "*") for part in asked):
        return False
    return len(asked) <= len(there) and all(
        one in ("x", "X", "*") or one == other for one, other in zip(asked, there, strict=False)
    )


def _as_promised(dist: Mapping[str, Any], sums: Mapping[str, bytes]) -> bool:
    """Whether the file is the one that the registry describes; all that it says has to hold."""
    for one in str(dist.get("integrity") or "").split():
        kind, _, said = one.partition("-")
        if kind in sums and base64.b64encode(sums[kind]).decode() != said.split("?")[0]:
            return False
    said = str(dist.get("shasum") or "").lower()
    return not said or said in {one.hex() for one in sums.values()}


def _changed(name: str, version: str) -> ImportFailed:
    return ImportFailed(
        f"{name}@{version} is not the file that the registry describes: its checksum differs. Nothing was kept.",
        f"{name}@{version} همان پرونده‌ای نیست که مخزن می‌گوید: جمع آزمون آن فرق دارد. چیزی نگه داشته نشد.",
    )
