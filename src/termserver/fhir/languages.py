"""Which language a reader wants: weighted lists as in ``Accept-Language``, and which names fit them."""

import re
from dataclasses import dataclass

from termserver.fhir.outcomes import problem

_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_SAME = {"per": "fa", "fas": "fa", "prs": "fa-AF"}
"""Other tags of Persian, as old data write them."""


@dataclass(frozen=True, slots=True)
class Languages:
    """Wanted languages, the best first. ``fallback``: whether any other language is better than nothing."""

    text: str = ""
    wanted: tuple[str, ...] = ()
    star: float | None = None

    def __bool__(self) -> bool:
        return bool(self.wanted)

    @property
    def strict(self) -> bool:
        """No other language may stand in (``*;q=0``)."""
        return self.star == 0

    @property
    def persian(self) -> bool:
        return any(tag.split("-")[0] == "fa" for tag in self.wanted)

    def rank(self, language: str) -> int:
        """How well a language fits: 0 is best; -1 does not fit."""
        tag = norm(language)
        for n, wanted in enumerate(self.wanted):
            if tag == wanted:
                return 3 * n
            if tag.startswith(f"{wanted}-"):
                return 3 * n + 1
        for n, wanted in enumerate(self.wanted):
            if tag and wanted.startswith(f"{tag}-"):
                return 3 * n + 2
        return -1


NOBODY = Languages()


def norm(tag: str) -> str:
    lower = tag.lower()
    return _SAME.get(lower, lower)


def parse(text: str) -> Languages:
    """Read ``de,en;q=0.5,*;q=0``; raise ``FhirProblem`` if it is no such list."""
    found: list[tuple[float, int, str]] = []
    star: float | None = None
    for n, part in enumerate(text.split(",")):
        tag, _, rest = part.strip().partition(";")
        tag = tag.strip()
        weight = 1.0
        if rest:
            name, _, value = rest.strip().partition("=")
            try:
                weight = float(value)
            except ValueError:
                raise _wrong(text) from None
            if name.strip() != "q" or not 0 <= weight <= 1:
                raise _wrong(text)
        if tag == "*":
            star = weight
        elif _TAG.fullmatch(tag):
            if weight > 0:
                found.append((-weight, n, norm(tag)))
        else:
            raise _wrong(text)
    return Languages(text.strip(), tuple(tag for _, _, tag in sorted(found)), star)


def _wrong(text: str) -> Exception:
    return problem(400, "processing", "INVALID_DISPLAY_NAME", text, type="invalid-display")
