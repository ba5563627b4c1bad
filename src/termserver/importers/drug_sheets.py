"""The drug sheets of the Food and Drug Organisation: which there are, by what headers they are known."""

from dataclasses import dataclass

from termserver.importers.tables import Column, TableFile
from termserver.model import fold
from termserver.model.errors import ImportFailed
from termserver.model.text import Text


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of sheet. ``products``: its rows are products with an IRC; else titles of ERX codes."""

    id: str
    title: Text
    columns: tuple[Column, ...]
    products: bool = True


_IRC = Column("irc", ("IRC", "کد فرآورده", "شناسه فرآورده"))
_GENERIC = Column("generic", ("GenericCode", "Generic Code", "کد ژنریک"))
_ERX = Column("erx", ("ErxCode", "ERX", "کد ERX"))
_GTIN = Column("gtin", ("GTIN", "بارکد GTIN"))
_PACKAGE = Column("package-count", ("PackageCount", "Package Count", "تعداد در بسته"))
_ACTION = Column("action", ("Action",), required=False)

SHEETS = (
    Sheet(
        "chemical",
        Text(fa="نسخه‌پیچی داروهای شیمیایی", en="dispensing, chemical drugs"),
        (
            _IRC,
            Column("name", ("FULLBRANDNAME", "Full Brand Name", "نام کامل برند")),
            _GENERIC,
            Column("owner", ("LicenseOwnerCompanyName", "صاحب پروانه")),
            Column("owner-id", ("LicenseOwnerCompanyNationalId", "شناسه ملی صاحب پروانه")),
            _PACKAGE,
            _GTIN,
            _ERX,
            _ACTION,
        ),
    ),
    Sheet(
        "natural",
        Text(fa="نسخه‌پیچی فرآورده‌های طبیعی", en="dispensing, natural products"),
        (
            _IRC,
            Column("atc", ("ATCCode", "ATC"), required=False),
            Column("name", ("FullEnBrandName",)),
            Column("owner", ("LicenseOwnerName",)),
            Column("owner-id", ("LicenseOwnerNationalCode",)),
            _ERX,
            _PACKAGE,
            _GTIN,
            _ACTION,
        ),
    ),
    Sheet(
        "supplies",
        Text(fa="ملزومات پزشکی", en="medical supplies"),
        (
            _IRC,
            Column("name", ("Title",)),
            Column("owner", ("LicenseOwner",)),
            Column("owner-id", ("LicenseOwnerNationalId",)),
            _PACKAGE,
            _ERX,
            _GTIN,
            _ACTION,
        ),
    ),
    Sheet(
        "prescribing",
        Text(fa="نسخه‌نویسی", en="prescribing"),
        (_GENERIC, Column("title", ("ErxTitle", "عنوان ERX")), Column("erx", ("ERXCode", "ErxCode", "کد ERX"))),
        products=False,
    ),
)

KNOWN_HEADERS = frozenset(header for sheet in SHEETS for column in sheet.columns for header in column.headers)


def sheet_of(table: TableFile) -> Sheet:
    """The kind of sheet that most of the table's headers belong to; raise ImportFailed if fewer than half of one do."""
    headers = {fold.key(header) for header in table.headers}

    def share(sheet: Sheet) -> tuple[float, int]:
        there = [column for column in sheet.columns if any(fold.key(header) in headers for header in column.headers)]
        return len(there) / len(sheet.columns), len(there)

    best = max(SHEETS, key=share)
    if share(best)[0] < 0.5:
        found = ", ".join(table.headers)
        asked = "; ".join(f"{sheet.id}: {', '.join(c.headers[0] for c in sheet.columns)}" for sheet in SHEETS)
        raise ImportFailed(
            f"{table.name} is none of the drug sheets known. Its headers: {found}. Known sheets: {asked}.",
            f"{table.name} هیچ‌یک از برگه‌های دارویی شناخته‌شده نیست. عنوان‌هایش: {found}. برگه‌های شناخته‌شده: {asked}.",
        )
    return best
