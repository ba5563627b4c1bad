"""How the exact answers about a code are worded, in Persian and English."""

from termserver.model.codes import CodeSystem, Coding, Concept
from termserver.model.errors import UnknownCode
from termserver.model.ports import CodeState
from termserver.model.releases import Pin
from termserver.model.text import Text
from termserver.terminology.details import CodeValidity, Named


def _title(system: CodeSystem) -> Text:
    return Text(system.title.in_language("fa") or system.id, system.title.in_language("en") or system.id)


def _hint(near: Named | None) -> Text:
    if near is None:
        return Text()
    fa, en = near.display.in_language("fa"), near.display.in_language("en")
    return Text(f" آیا «{near.code}» ({fa}) منظور بود؟", f" Did you mean '{near.code}' ({en})?")


def unknown_code(system: CodeSystem, coding: Coding, near: Named | None) -> UnknownCode:
    """The code is not in the system; the nearest one is named."""
    title, hint = _title(system), _hint(near)
    return UnknownCode(
        f"'{coding.code}' is not in {title.en} ({system.id}).{hint.en}",
        f"«{coding.code}» در {title.fa} ({system.id}) نیست.{hint.fa}",
    )


_SAYS = {
    CodeState.OK: Text("«{code}» در {system} هست.", "'{code}' is in {system}."),
    CodeState.UNKNOWN: Text("«{code}» در {system} نیست.", "'{code}' is not in {system}."),
    CodeState.UNLISTED: Text(
        "«{code}» در بخشی از {system} که اینجاست نیست؛ درستی آن گفته نمی‌شود.",
        "'{code}' is not in the part of {system} that is here; whether it is right cannot be told.",
    ),
    CodeState.NOT_PRESENT: Text(
        "محتوای {system} اینجا نیست؛ درستی «{code}» گفته نمی‌شود.",
        "The content of {system} is not here; whether '{code}' is right cannot be told.",
    ),
    CodeState.RETIRED: Text("«{code}» در {system} بازنشسته است.", "'{code}' is retired in {system}."),
    CodeState.NOT_IN_FORCE: Text(
        "«{code}» در {system} هست، اما در این تاریخ معتبر نیست.",
        "'{code}' is in {system}, but not in force on that day.",
    ),
    CodeState.BAD_SHAPE: Text(
        "«{code}» به شکل کدهای {system} نیست.", "'{code}' does not look like a code of {system}."
    ),
    CodeState.BAD_CHECK: Text(
        "رقم کنترل «{code}» در {system} درست نیست.", "The check digit of '{code}' is wrong for {system}."
    ),
}
_RESULT: dict[str, bool | None] = {CodeState.OK: True, CodeState.UNLISTED: None, CodeState.NOT_PRESENT: None}


def validity(
    system: CodeSystem,
    coding: Coding,
    state: str,
    concept: Concept | None,
    near: Named | None,
    display_right: bool | None,
    release: Pin,
) -> CodeValidity:
    """The answer to validate-code; a wrong display makes a right code wrong, and names the right display."""
    title, said, hint = _title(system), _SAYS[state], _hint(near)
    fa = said.fa.format(code=coding.code, system=title.fa) + hint.fa
    en = said.en.format(code=coding.code, system=title.en) + hint.en
    result = _RESULT.get(state, False)
    display = concept.display if concept is not None else Text()
    if concept is not None and state == CodeState.RETIRED and concept.replaced_by:
        fa += f" به‌جای آن: {'، '.join(concept.replaced_by)}."
        en += f" Use instead: {', '.join(concept.replaced_by)}."
    if display_right is False:
        result = False
        fa += f" نام آن «{coding.display}» نیست، «{display.in_language('fa')}» است."
        en += f" It is not called '{coding.display}' but '{display.in_language('en')}'."
    return CodeValidity(system, coding.code, result, state, Text(fa, en), display, display_right, release)
