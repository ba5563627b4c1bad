"""What a release and an edition are called, and what they are made of."""

from typing import Any

from termserver.model.values import value


@value
class Artefact:
    """One piece of a release with the SHA-256 of its canonical bytes."""

    path: str
    kind: str
    sha256: str


@value
class Manifest:
    """The contents of a release. ``digest`` is over the manifest without itself; no build clock is inside."""

    name: str
    version: str
    artefacts: tuple[Artefact, ...]
    digest: str
    engine: str = ""
    """The oldest termserver that can read it."""

    @property
    def label(self) -> str:
        return f"{self.name} {self.version}"


@value
class Pin:
    """One release of an edition, by name, version and digest."""

    name: str
    version: str
    digest: str

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "version": self.version, "digest": self.digest}


@value
class Edition:
    """The releases that belong together. ``digest`` names the whole set in every answer."""

    releases: tuple[Pin, ...]
    digest: str

    def as_json(self) -> dict[str, Any]:
        return {"digest": self.digest, "releases": [pin.as_json() for pin in self.releases]}


@value
class Table:
    """One keyed table of a release file, declared by the room that fills and reads it.

    ``columns`` are SQL column declarations in order ("token TEXT", "members BLOB"), the first
    ``key`` of them are the primary key; rows are hashed and read in the order of the key.
    """

    name: str
    columns: tuple[str, ...]
    key: int = 1
