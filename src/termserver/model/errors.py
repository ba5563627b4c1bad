"""What stops the work. A finding is returned; a failure is raised, and says the way out."""

from termserver.model.text import Text


class TermserverError(Exception):
    """A failure in the reader's words, in Persian and English.

    ``str(error)`` is the English sentence; ``error.text`` has both. The subclasses tell a
    caller what kind of failure it was; each names both sides and the way out.
    """

    def __init__(self, en: str, fa: str = "") -> None:
        super().__init__(en)
        self.text = Text(fa=fa or en, en=en)


class UsageError(TermserverError):
    """The caller asked for something that cannot be (exit status 2, HTTP 400)."""


class UnknownSystem(TermserverError):
    """No code system is known by that name (HTTP 404)."""


class UnknownCode(TermserverError):
    """The code system is there, the code is not (HTTP 404)."""


class UnknownDocumentType(TermserverError):
    """No document type is known by that name (HTTP 404)."""


class UnknownRule(TermserverError):
    """No rule is known by that id (HTTP 404)."""


class QuerySyntaxError(UsageError):
    """An advanced query cannot be read; ``position`` is the 0-based character where it stops making sense."""

    def __init__(self, en: str, fa: str = "", position: int = 0) -> None:
        super().__init__(en, fa)
        self.position = position


class ContentError(TermserverError):
    """The content folders cannot be read or frozen."""


class ReleaseError(TermserverError):
    """A release file cannot be installed, opened or used."""


class DigestMismatch(ReleaseError):
    """A release file is not the one that was installed; the message shows both digests."""


class ImportFailed(TermserverError):
    """A table could not be imported at all (a row that cannot is a row of the report instead)."""
