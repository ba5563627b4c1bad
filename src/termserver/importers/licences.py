"""Whose texts these are: what is shown before a file of another publisher is read."""

from termserver.model.errors import UsageError
from termserver.model.text import Text

_NOT_SHIPPED = Text(
    "این متن همراه termserver نیست؛ تنها روی همین دستگاه خوانده می‌شود.",
    "The text is not part of termserver; it is read on this machine only.",
)
_ACCEPT = Text(
    "اگر چنین مجوزی دارید، فرمان را با ‎--accept-licence‎ اجرا کنید.",
    "If you hold such a licence, run the command with --accept-licence.",
)

NOTICES: dict[str, Text] = {
    "claml": Text(
        "متن ICD از آنِ سازمان جهانی بهداشت است (© WHO) و به‌کاربردن آن به مجوز خود شما نیاز دارد.",
        "The text of ICD belongs to the World Health Organization (© WHO); using it needs a licence of your own.",
    ),
    "icd11": Text(
        "متن ICD-11 از آنِ سازمان جهانی بهداشت است (CC BY-ND 3.0 IGO): بی تغییر و با ذکر نام به کار می‌رود.",
        "The text of ICD-11 is © World Health Organization, CC BY-ND 3.0 IGO: used unchanged and with attribution.",
    ),
    "loinc": Text(
        "متن LOINC از آنِ Regenstrief Institute است و با شرایط مجوز LOINC (loinc.org/license) به کار می‌رود.",
        "The text of LOINC is © Regenstrief Institute, Inc., available under the licence at loinc.org/license.",
    ),
    "snomed": Text(
        "متن SNOMED CT از آنِ SNOMED International است. در کشور غیرعضو هر کاربرد به Affiliate License نیاز دارد.",
        "The text of SNOMED CT is © SNOMED International; in a country that is no member every use needs an Affiliate "
        "License.",
    ),
    "atc": Text(
        "متن ATC از آنِ مرکز همکار سازمان جهانی بهداشت در اسلو است (© WHOCC) و بازپخش آن بی اجازه روا نیست.",
        "The text of ATC is © WHO Collaborating Centre for Drug Statistics Methodology, Oslo; it may not be passed on "
        "without permission.",
    ),
}
"""By import: texts that need a licence of the user's own."""


def require(name: str, accepted: bool) -> None:
    """Raise UsageError with the notice unless the user has accepted it; nothing where none is needed."""
    notice = NOTICES.get(name)
    if notice is None or accepted:
        return
    raise UsageError(f"{notice.en} {_NOT_SHIPPED.en} {_ACCEPT.en}", f"{notice.fa} {_NOT_SHIPPED.fa} {_ACCEPT.fa}")


def licence_of(name: str) -> str:
    """What the imported system says of its licence."""
    notice = NOTICES.get(name)
    return f"{notice.en} Used under the licence that the importer has accepted to hold." if notice else ""
