"""Hand-made reports that carry what breaks outputs: Persian, quotes, ``]]>``, control characters, line feeds."""

from collections.abc import Callable

from termserver.formats.run import RunInfo
from termserver.model.findings import CheckedShare, Finding, Layer, Location, Report, Severity, Verdict
from termserver.model.releases import Edition, Pin
from termserver.model.text import Text

Written = Callable[..., bytes]

EDITION = Edition(
    (Pin("standards", "1405.2", "ab" * 32), Pin("physicians", "2026.11.21", "cd" * 32)),
    "ef" * 32,
)
ABOUT = RunInfo(EDITION, "0.1.0", {"require-checked": "yes", "as-of": "2026-11-21"})

GENDER = Finding(
    "code.unknown",
    Layer.CODE,
    Severity.ERROR,
    Text("چنین کدی در thritaEHR.gender نیست.", "There is no such code in thritaEHR.gender."),
    Location("Person.Gender.Coded_string", 14, 5),
    Text("آیا منظور 2 (زن) بود؟", "Did you mean 2 (زن)?"),
    2,
    '<VM:Gender Value="•••" Coded_string="•" />',
    34,
)
MANDATORY = Finding(
    "structure.mandatory",
    Layer.STRUCTURE,
    Severity.ERROR,
    Text("نوع خدمت (ServiceType) اجباری است و نیامده است.", "ServiceType is mandatory."),
    Location("Composition.BillServices[3].ServiceType", 40, 9),
    Text("«ServiceType» را بیفزایید.", "Add ServiceType."),
    6,
)
BOX = Finding(
    "box-belongs-to-insurer",
    Layer.RULE,
    Severity.ERROR,
    Text("صندوق از آن این بیمه‌گر نیست.", "The box is not one of the insurer's."),
    Location("Composition.Insurance[0].InsuranceBox.Coded_string", 22, 3),
    None,
    7,
)
DISPLAY = Finding(
    "code.display",
    Layer.CODE,
    Severity.WARNING,
    Text("عنوان کد «مرد» است.", "The display of the code is مرد."),
    Location("Person.Gender.Value", 14, 5),
)
NOTE = Finding(
    "code.not-checked",
    Layer.CODE,
    Severity.INFORMATION,
    Text("۲ کد ICD10 بررسی نشد.", "2 codes of ICD10 were not checked."),
    Location(),
)
HOSTILE = Finding(
    "structure.unknown-field",
    Layer.STRUCTURE,
    Severity.ERROR,
    Text(
        'فیلد «a]]>b"<script>\x00\x1b[31m\ud800» 100% ::error::\r\nخط دوم | {0} [x](http://e.example)',
        'a]]>b"<script>&\x00\x1b[31m\ud800 100% ::error::\r\nsecond line | {0} [x](http://e.example) @all',
    ),
    Location("Composition.a]]>\"'<x>,y:z", 2, 7),
    Text("آن را بردارید.", "Remove it.\nReally."),
)

FINE = Report(
    "out/bill-1.xml", Verdict.ACCEPTED, (), True, "patient-bill", "1.0", "2026-11-20", CheckedShare(60, 60), "0" * 64
)
NOTED = Report(
    "out/bill-2.json",
    Verdict.ACCEPTED,
    (DISPLAY, NOTE),
    True,
    "patient-bill",
    "1.0",
    "2026-11-20",
    CheckedShare(60, 58, (("ICD10", 2),)),
    "1" * 64,
)
BAD = Report(
    ".\\out\\صورت حساب.xml",
    Verdict.REJECTED,
    (GENDER, DISPLAY, BOX, MANDATORY),
    True,
    "patient-bill",
    "1.0",
    "2026-11-20",
    CheckedShare(60, 60),
    "2" * 64,
)
ODD = Report("out/\udcff, odd:name%.json", Verdict.REJECTED, (HOSTILE,), sha256="3" * 64)
UNDECIDED = Report("-", Verdict.UNDECIDED, (NOTE,), False, "patient-bill", "1.0", "", CheckedShare(2, 0), "4" * 64)
ALL = (FINE, NOTED, BAD, ODD, UNDECIDED)


def flood(number: int, document: str = "flood.xml", severity: Severity = Severity.ERROR) -> Report:
    """A document with so many findings of three rules."""
    findings = tuple(
        Finding(
            f"rule-{n % 3}",
            Layer.RULE,
            severity,
            Text(f"خطای شمارهٔ {n}", f"Fault number {n}"),
            Location(f"Composition.BillServices[{n}].Service", n + 1, 3),
        )
        for n in range(number)
    )
    return Report(document, Verdict.REJECTED, findings, True, "patient-bill", "1.0", sha256="5" * 64)


UNREAD = (("gone.xml", Text("پرونده نیست.", "There is no such file.")),)
