"""A store that was opened: one engine, closed at the end of a ``with``."""

from pathlib import Path
from typing import Self

from sqlalchemy.engine import URL

from termserver.database import connections


class Opened:
    """One database, made or brought up to date; ``patience``: how many seconds a writer waits for another."""

    def __init__(self, url: URL, patience: float = connections.PATIENCE) -> None:
        self.url = url
        self.patience = patience
        self.engine = connections.open_engine(url, patience)

    @classmethod
    def open(cls, place: str | Path | None, shelf: Path | None = None, patience: float = connections.PATIENCE) -> Self:
        """The store at a URL or file, else where ``connections.place`` says. Raise RegistryError if it cannot be."""
        return cls(connections.place(place, shelf), patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.engine.dispose()
