"""How a software system stands in the software registry on a day: locked, approved, its certificate.

A locked system is refused, as SEPAS refuses its messages (category 11, SepasBlock; exchange.md 5.4). That it
is not approved yet, or that its certificate has run out, is said and refuses nothing here: a system is examined
before it is approved.
"""

import re

from termserver.model.codes import CodeSystem, Content
from termserver.model.days import Day, jalali_text
from termserver.model.errors import UsageError
from termserver.model.text import Text
from termserver.model.values import value
from termserver.service import TermServer
from termserver.validation.registries import BLOCKED, Registries

_KIND = "system-id"
_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)


@value
class Remark:
    """One thing to be said of a system; ``refuses`` if nothing of it can be accepted."""

    code: str
    says: Text
    refuses: bool = False
    sepas_category: int | None = None


@value
class Standing:
    """``checked``: whether a software registry is here. No remark on a checked one: nothing stands against it."""

    checked: bool
    remarks: tuple[Remark, ...] = ()

    @property
    def refused(self) -> Remark | None:
        """Why nothing of it can be accepted; None if that is not so."""
        return next((one for one in self.remarks if one.refuses), None)


def standing(server: TermServer, system_id: str, day: Day) -> Standing:
    """How the system stands on the day; raise UsageError if ``system_id`` is no GUID."""
    if not _GUID.fullmatch(system_id):
        raise UsageError(
            f"'{system_id[:60]}' is no SystemID. It is a GUID of 8-4-4-4-12 hexadecimal digits.",
            f"«{system_id[:60]}» شناسهٔ سامانه نیست. شناسه یک GUID است: ۸-۴-۴-۴-۱۲ رقم شانزده‌شانزدهی.",
        )
    codes = server.terminology
    registries = Registries(codes)
    kind = codes.naming_system_by_id(_KIND)
    registry = registries.of(kind) if kind is not None else None
    if registry is None:
        said = Text(
            "فهرست پایهٔ سامانه‌ها اینجا نیست؛ وضعیت سامانه بررسی نشد.",
            "The registry of software systems is not here; how the system stands was not checked.",
        )
        return Standing(False, (Remark("registry.not-checked", said),))
    return Standing(True, tuple(_remarks(registries, registry, system_id, day)))


def _remarks(registries: Registries, registry: CodeSystem, system_id: str, day: Day) -> list[Remark]:
    held = registries.held(registry, system_id, day)
    when_fa, when_en = f"در {jalali_text(day)}", f"on {day}"
    if held is None:
        whole = registry.content is Content.COMPLETE or registry.closed
        part = Text("" if whole else " (تنها بخشی از آن اینجاست)", "" if whole else " (only part of it is here)")
        said = Text(
            f"این سامانه در فهرست پایهٔ سامانه‌ها نیست{part.fa}.",
            f"The system is not in the registry of software systems{part.en}.",
        )
        return [Remark("registry.unknown" if whole else "registry.unlisted", said, sepas_category=BLOCKED)]
    found = []
    if held.get("locked"):
        said = Text(
            f"این سامانه {when_fa} قفل است و سپاس پیام آن را نمی‌پذیرد (خطای ۱۱، SepasBlock).",
            f"The system is locked {when_en}; SEPAS refuses its messages (error 11, SepasBlock).",
        )
        found.append(Remark("registry.locked", said, True, BLOCKED))
    for code in ("suspended", "revoked"):
        if held.get(code):
            said = Text(f"این سامانه {when_fa} معلق یا لغو شده است.", f"The system is suspended or revoked {when_en}.")
            found.append(Remark(f"registry.{code}", said, True, BLOCKED))
    if held.get("approved") is False:
        said = Text(f"این سامانه {when_fa} تأیید نشده است.", f"The system is not approved {when_en}.")
        found.append(Remark("registry.not-approved", said, sepas_category=BLOCKED))
    if held.get("certificate") is False:
        said = Text(
            f"گواهی این سامانه {when_fa} اعتبار ندارد.", f"The certificate of the system is not in force {when_en}."
        )
        found.append(Remark("registry.certificate", said, sepas_category=BLOCKED))
    if any(held.get(code) is False for code in ("in-force", "licence", "registration", "active")):
        said = Text(
            f"این سامانه {when_fa} در فهرست پایه معتبر نیست.", f"By the registry, the system is not in force {when_en}."
        )
        found.append(Remark("registry.not-in-force", said, sepas_category=BLOCKED))
    return found
