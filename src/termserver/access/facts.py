"""What is known of one request while it is answered: who asks, and what was shown.

The outermost layer puts an empty ``Facts`` into the ASGI scope under ``SCOPE``; the guard writes the
caller, the routes what they showed, and the log of accesses reads all of it when the answer is sent.
"""

from collections.abc import Mapping, MutableMapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from termserver.model.values import value

if TYPE_CHECKING:
    from termserver.access.policy import Standing

SCOPE = "termserver.access"


@value
class Caller:
    """Somebody who asks: a client or person where one is known, with the roles of this moment.

    ``by`` is how they were recognised: ``none``, ``local``, ``key``, ``token``, ``certificate`` or ``session``.
    """

    name: str = "anonymous"
    roles: tuple[str, ...] = ("anonymous",)
    by: str = "none"
    address: str = ""
    organisation: str = ""


ANONYMOUS = Caller()


class Facts:
    """One request's facts; ``registry``, ``count`` and ``codes`` are of the entries that were shown or verified.

    ``headers`` are those of the request, the last of each name. ``standing`` is what the caller may do; None where no
    guard stands in front. ``seconds`` is how long an answer in pieces may take; 0: as long as it needs.
    """

    __slots__ = (
        "action", "caller", "codes", "count", "headers", "purpose", "registry", "release", "seconds", "standing",
    )  # fmt: skip

    def __init__(self, headers: Mapping[bytes, bytes] = MappingProxyType({}), caller: Caller = ANONYMOUS) -> None:
        self.headers = headers
        self.seconds = 0
        self.caller = caller
        self.action = ""
        self.purpose = ""
        self.release = ""
        self.registry = ""
        self.count = 0
        self.codes: tuple[str, ...] = ()
        self.standing: Standing | None = None

    def shown(self, action: str, registry: str, count: int, codes: tuple[str, ...] = ()) -> None:
        """Note that ``count`` entries of the registry were shown, those in ``codes`` by their code."""
        self.action = action
        self.registry = registry if self.registry in ("", registry) else f"{self.registry},{registry}"
        self.count += count
        self.codes += codes


def facts_of(scope: MutableMapping[str, Any]) -> Facts:
    """The facts of this request, put there if no outer layer did."""
    facts = scope.get(SCOPE)
    if facts is None:
        facts = scope[SCOPE] = Facts(dict(scope["headers"]))
    assert isinstance(facts, Facts)
    return facts
