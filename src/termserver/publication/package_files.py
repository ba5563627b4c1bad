"""A FHIR package as a file: gzip of tar of ``package/``, the same bytes for the same content on every build.

No clock, no user and no machine enters it: times are those that ``npm pack`` writes, names and numbers of owners are
empty, files come in the order of their names. The bytes of gzip depend on zlib alone.
"""

import gzip
import hashlib
import io
import tarfile
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from termserver.model.values import value

Json = dict[str, Any]

FHIR = "4.0.1"
"""The version of FHIR in which packages are written."""
_TIME = 499_162_500
"""1985-10-26T08:15:00Z, which npm gives to every file."""
_INDEXED = ("id", "url", "version", "kind", "type", "supplements", "content", "valueSet", "derivation")


@value
class Tarball:
    """The bytes of a package and what a registry says of them."""

    data: bytes

    @property
    def sha1(self) -> str:
        """In hex: ``dist.shasum`` of the npm protocol, which guards against damage and not against anybody."""
        return hashlib.sha1(self.data, usedforsecurity=False).hexdigest()

    @property
    def integrity(self) -> str:
        """``dist.integrity``: SHA-512 as the Subresource Integrity of W3C writes it."""
        return f"sha512-{b64encode(hashlib.sha512(self.data).digest()).decode()}"


def tarball(about: Json, resources: Sequence[tuple[str, Json, bytes]]) -> Tarball:
    """The package with its ``package.json``, its ``.index.json`` and its resources (file name, resource without its
    concepts, its bytes)."""
    files = {name: data for name, _, data in resources}
    files["package.json"] = orjson.dumps(about, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    files[".index.json"] = orjson.dumps(
        {"index-version": 2, "files": [_entry(name, resource) for name, resource, _ in resources]},
        option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
    )
    return Tarball(_packed(files))


def _entry(name: str, resource: Json) -> Json:
    known = {key: resource[key] for key in _INDEXED if isinstance(resource.get(key), str)}
    return {"filename": name, "resourceType": resource["resourceType"], **known}


def _packed(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with (
        gzip.GzipFile("", "wb", 9, packed, mtime=0) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w|", format=tarfile.USTAR_FORMAT) as tar,
    ):
        # npm reads package.json first
        for name in sorted(files, key=lambda name: (name != "package.json", name)):
            about = tarfile.TarInfo(f"package/{name}")
            about.size, about.mtime, about.mode = len(files[name]), _TIME, 0o644
            tar.addfile(about, io.BytesIO(files[name]))
    return packed.getvalue()
