"""Whether a display is one of the names of a concept, in the languages that were asked for."""

import re
from collections.abc import Sequence

from termserver.fhir.findings import Finding, Found
from termserver.fhir.languages import Languages
from termserver.fhir.names import all_names
from termserver.fhir.systems import Designation
from termserver.model.fold import key

_ARABIC = re.compile(r"[\u0600-\u06ff]")


def names_of(found: Found) -> list[Designation]:
    return [name for name in all_names(found.concept, found.system.head.language, found.listed) if name.value]


def is_name(found: Found, display: str, languages: Languages) -> bool:
    """Whether the display is a current name, in one of the languages or of no language."""
    return any(_equal(name.value, display) for name in _eligible(names_of(found), languages) if not name.status)


def check(finding: Finding, found: Found, languages: Languages, lenient: bool) -> None:
    """Tell what is wrong with the display of the coding; nothing if it is right."""
    display = finding.asked.display
    names = names_of(found)
    current = [name for name in names if not name.status]
    eligible = _eligible(current, languages)
    if any(_equal(name.value, display) for name in eligible):
        return
    outdated = next((n for n in _eligible(names, languages) if n.status and _equal(n.value, display)), None)
    shown = [name for name in eligible if name.is_display]
    coded = f"{found.system.head.url}#{found.concept.code}"
    if outdated is not None:
        good = ", ".join(f'"{name.value}"' for name in shown)
        finding.say(
            "warning",
            "invalid",
            "display-comment",
            "INACTIVE_DISPLAY_FOUND",
            display,
            finding.asked.code,
            "deprecated" if outdated.status == "withdrawn" else outdated.status,
            good,
            element="display",
        )
        return
    alike = next((name.value for name in eligible if _same_letters(name.value, display)), "")
    if alike:
        finding.say(
            "warning", "invalid", "display-comment", "DISPLAY_LETTERS_DIFFER", display, alike, element="display"
        )
        return
    severity = "warning" if lenient else "error"
    if languages and not eligible:
        _none_in_language(finding, current, coded, languages, severity)
        return
    if not eligible:
        finding.say(
            "warning", "invalid", "invalid-display", "NO_VALID_DISPLAY_AT_ALL", display, coded, element="display"
        )
        return
    spaced = any(_squeezed(name.value) == _squeezed(display) for name in eligible)
    finding.say(
        severity,
        "invalid",
        "invalid-display",
        f"Display_Name_{'WS_' if spaced else ''}for__should_be_one_of__instead_of",
        display,
        coded,
        _choices(shown or eligible),
        languages.text or "--",
        element="display",
    )


def _none_in_language(
    finding: Finding, names: Sequence[Designation], coded: str, languages: Languages, severity: str
) -> None:
    display = finding.asked.display
    if any(_equal(name.value, display) for name in names):
        finding.say(
            "information",
            "invalid",
            "invalid-display",
            "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK",
            coded,
            languages.text,
            display,
            element="display",
        )
        return
    default = names[0].value if names else ""
    finding.say(
        severity,
        "invalid",
        "invalid-display",
        "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR",
        display,
        coded,
        languages.text,
        default,
        element="display",
    )


def _eligible(names: Sequence[Designation], languages: Languages) -> list[Designation]:
    if not languages:
        return list(names)
    return [
        name for name in names if not name.language or languages.rank(name.language) >= 0 or (languages.star or 0) > 0
    ]


def _choices(names: Sequence[Designation]) -> str:
    said = list(dict.fromkeys(f"'{name.value}'{f' ({name.language})' if name.language else ''}" for name in names))
    if len(said) == 1:
        return said[0]
    return f"one of {len(said)} choices: {', '.join(said[:-1])} or {said[-1]}"


def _equal(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _same_letters(one: str, other: str) -> bool:
    """Whether only the spelling of Arabic-script letters differs: ي and ی, ك and ک, a half-space, digits."""
    return not one.isascii() and not other.isascii() and bool(_ARABIC.search(other)) and key(one) == key(other)


def _squeezed(text: str) -> str:
    return " ".join(text.split()).casefold()
