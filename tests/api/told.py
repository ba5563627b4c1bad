"""What the routes tell the access log, caught where the recorder would write it."""

from typing import Any

from termserver.access.facts import SCOPE, Facts


class Told:
    """An application in front of ``inner`` that keeps the facts of every request."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.facts: list[Facts] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope[SCOPE] = Facts()
            self.facts.append(scope[SCOPE])
        await self._inner(scope, receive, send)

    def lines(self) -> list[tuple[str, str, int, tuple[str, ...]]]:
        """Action, registry, count and codes of each request that showed entries."""
        return [(one.action, one.registry, one.count, one.codes) for one in self.facts if one.registry]
