"""The engine's own findings about registries on a day, and about where a document is sent."""

from termserver.model.built_in_finding import BuiltIn
from termserver.model.findings import Layer, Severity
from termserver.model.text import Text

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING
_REGISTRY, _RULE = Layer.REGISTRY, Layer.RULE
_DAY = "by-law: the baseline registries; docs/destinations.md"
_DESTINATIONS = "validators/destinations/"

FINDINGS = (
    BuiltIn(
        "registry.unknown",
        _REGISTRY,
        _ERROR,
        7,
        Text(fa="این شماره در فهرست پایه نیست.", en="The number is not in its registry."),
        Text(
            fa="فهرست پایه کامل است؛ شماره‌ای که در آن نیست از آن کسی یا چیزی نیست.",
            en="The registry is complete; a number that is not in it is nobody's.",
        ),
        _DAY,
    ),
    BuiltIn(
        "registry.unlisted",
        _REGISTRY,
        _WARNING,
        7,
        Text(fa="این شماره در بخش موجود فهرست پایه نیست.", en="The number is not in the part of its registry here."),
        Text(
            fa="فهرست کامل نیست؛ شماره بررسی‌نشده شمرده می‌شود (--require-checked).",
            en="The registry is partial: neither right nor wrong is known, and it is counted (--require-checked).",
        ),
        _DAY,
    ),
    BuiltIn(
        "registry.not-in-force",
        _REGISTRY,
        _ERROR,
        7,
        Text(
            fa="پروانه، ثبت یا فعالیت در تاریخ سند معتبر نبود.",
            en="Its licence, registration or activity was not in force on the day of the document.",
        ),
        Text(
            fa="سند تنها وقتی درست است که پروانه در همان روز معتبر، مرکز دایر و فرآورده ثبت‌شده باشد.",
            en="A document is right only if the licence was valid, the centre open, the product registered that day.",
        ),
        _DAY,
    ),
    BuiltIn(
        "registry.locked",
        _REGISTRY,
        _ERROR,
        11,
        Text(fa="سامانه قفل است یا تأیید نشده.", en="The software system is locked, or not approved."),
        Text(
            fa="سپاس پیام سامانهٔ قفل‌شده را نمی‌پذیرد (SepasBlock).",
            en="SEPAS refuses the messages of a locked system (SepasBlock).",
        ),
        "exchange.md 2.13, 5.4",
    ),
    BuiltIn(
        "registry.not-checked",
        _REGISTRY,
        _WARNING,
        7,
        Text(fa="شماره‌هایی در فهرست پایه بررسی نشد.", en="Some numbers were not checked in their registry."),
        Text(
            fa="با --require-checked سندی که همه‌اش بررسی نشود نامعلوم می‌ماند.",
            en="With --require-checked a document is undecided unless all of it could be checked.",
        ),
        _DAY,
    ),
    BuiltIn(
        "drug.inconsistent",
        _REGISTRY,
        _WARNING,
        10,
        Text(fa="کدهای یک دارو با هم نمی‌خوانند.", en="The codes of one drug do not belong together."),
        Text(
            fa="فهرست دارویی می‌گوید هر فرآورده (IRC) کدام کد نسخه (eRx) و ژنریک را دارد.",
            en="The drug registry says which prescription (eRx) and generic codes a product (IRC) has.",
        ),
        "coding sheets of the Food and Drug Organisation",
    ),
    BuiltIn(
        "destination.forbidden",
        _RULE,
        _ERROR,
        10,
        Text(fa="این نوع سند به این مقصد فرستاده نمی‌شود.", en="This type of document is not sent to the destination."),
        Text(
            fa="سند بالینی هرگز به بیمه‌گر فرستاده نمی‌شود.",
            en="Clinical documents never go to an insurer.",
        ),
        f"{_DESTINATIONS}; by-law art. 17 and its note, art. 19",
        "termserver validate --to hix --to wix soap.xml",
        "termserver validate --to hix soap.xml",
    ),
    BuiltIn(
        "destination.required-missing",
        _RULE,
        _ERROR,
        10,
        Text(fa="سند باید هم‌زمان به مقصد دیگری هم برود.", en="The document must go to another destination too."),
        Text(
            fa="سند هزینه‌ای هم‌زمان به هر دو تبادل (HIX و WIX) فرستاده می‌شود.",
            en="A cost document goes to both exchanges (HIX and WIX) at the same time.",
        ),
        f"{_DESTINATIONS}; by-law art. 17 and its note",
        "termserver validate --to hix bill.xml",
        "termserver validate --to hix --to wix bill.xml",
    ),
    BuiltIn(
        "destination.beyond-minimum",
        _RULE,
        _WARNING,
        10,
        Text(fa="این فیلد بیش از نیاز مقصد است.", en="The field is more than the destination needs."),
        Text(
            fa="به هر مقصد تنها مجموعه دادهٔ کمینهٔ آن هدف فرستاده می‌شود.",
            en="A destination is sent the minimum data set of its purpose and no more.",
        ),
        f"{_DESTINATIONS} (minimum); by-law art. 9(5)",
        '"NationalCode": "0000000019", "Religion": {"Value": "اسلام", …}',
        '"NationalCode": "0000000019"',
    ),
)
