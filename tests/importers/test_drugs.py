"""Drug sheets: every row lands or is in the report, and nothing is mended without an entry."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from termserver.importers import drugs
from termserver.importers.report import Outcome
from termserver.model.codes import CodeSystem, Content, Kind
from termserver.model.errors import ImportFailed, UsageError
from termserver.model.text import Text
from termserver.model.values import replace

CHEMICAL = (
    "IRC",
    "FULLBRANDNAME",
    "GenericCode",
    "LicenseOwnerCompanyName",
    "LicenseOwnerCompanyNationalId",
    "PackageCount",
    "GTIN",
    "ErxCode",
    "Action",
)
FIRST = {
    "IRC": "1000000000000001",
    "FULLBRANDNAME": "SAMPLINE TABLET ORAL 10 mg",
    "GenericCode": "5760",
    "LicenseOwnerCompanyName": "شرکت نمونه",
    "LicenseOwnerCompanyNationalId": "10100000001",
    "PackageCount": "30",
    "GTIN": "06260152410148",
    "ErxCode": "60000",
    "Action": "",
}


def sheet(tmp_path: Path, *rows: dict[str, str], headers=CHEMICAL, name="chemical.csv") -> Path:
    out = io.StringIO()
    writer = csv.DictWriter(out, headers, restval="", extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(FIRST | row for row in rows)
    path = tmp_path / name
    path.write_text(out.getvalue(), encoding="utf-8-sig", newline="")
    return path


def read(*paths: Path, **options):
    return drugs.read(paths, **options)


def concepts(done, system):
    return {one.code: one for content in done.contents if content.system.id == system for one in content.concepts}


def values(concept, name):
    return [one.value for one in concept.properties if one.code == name]


def entries(done):
    return [(row.row, row.column, row.outcome, row.rule, row.before, row.after) for row in done.report.rows]


def test_a_row_becomes_a_product_a_generic_an_erx_and_a_gtin(tmp_path):
    done = read(sheet(tmp_path, {}))

    product = concepts(done, "irc")["1000000000000001"]
    assert product.display == Text(en="SAMPLINE TABLET ORAL 10 mg")
    assert product.source == "chemical.csv:2"
    assert {one.code: one.value for one in product.properties} == {
        "generic": "5760",
        "erx": "60000",
        "gtin": "06260152410148",
        "package-count": "30",
        "owner": "شرکت نمونه",
        "owner-id": "10100000001",
        "sheet": "chemical",
    }
    assert concepts(done, "generic")["5760"].display.en == "Generic 5760, as in SAMPLINE TABLET ORAL 10 mg"
    assert values(concepts(done, "erx")["60000"], "generic") == ["5760"]
    assert values(concepts(done, "gtin")["06260152410148"], "irc") == ["1000000000000001"]
    assert done.report.counts == {"landed": 1, "repaired": 0, "flagged": 0, "merged": 0, "refused": 0}
    assert done.report.rows == ()


def test_what_finds_a_product_is_indexed_and_the_generic_code_has_its_widths(tmp_path):
    systems = {content.system.id: content.system for content in read(sheet(tmp_path, {})).contents}

    indexed = {one.code for one in systems["irc"].properties if one.indexed}
    assert {"generic", "erx", "gtin", "owner"} <= indexed
    assert systems["generic"].widths == (5, 10)
    assert systems["irc"].kind is Kind.REGISTRY


@pytest.mark.parametrize(
    ("column", "cell", "outcome", "rule", "after"),
    [
        ("IRC", "100000000000001", "repaired", "irc.padded", "0100000000000001"),
        ("GTIN", "6260152410148", "repaired", "gtin.padded", "06260152410148"),
        ("GTIN", "NULL", "repaired", "text.null", ""),
        ("GTIN", "null", "repaired", "text.null", ""),
        ("GTIN", "", "flagged", "gtin.missing", ""),
        ("GTIN", "0", "flagged", "gtin.shape", ""),
        ("GTIN", "00000000000000", "flagged", "gtin.shape", ""),
        ("GTIN", "12345", "flagged", "gtin.shape", ""),
        ("GTIN", "6.26E+12", "flagged", "number.scientific", ""),
        ("GTIN", "06260152410149", "flagged", "gtin.check-digit", "06260152410149"),
        ("GTIN", " 06260152410148", "repaired", "text.spaces", "06260152410148"),
        ("GTIN", "'06260152410148", "repaired", "text.spaces", "06260152410148"),
        ("GTIN", "۰۶۲۶۰۱۵۲۴۱۰۱۴۸", "repaired", "digits.persian", "06260152410148"),
        ("GenericCode", "05760", "repaired", "generic.padded", "5760"),
        ("GenericCode", "0000005760", "repaired", "generic.padded", "5760"),
        ("GenericCode", "5760.0", "repaired", "number.decimal", "5760"),
        ("GenericCode", "", "flagged", "generic.missing", ""),
        ("GenericCode", "57A", "flagged", "generic.shape", "57A"),
        ("ErxCode", "100", "flagged", "erx.shape", "100"),
        ("ErxCode", "", "flagged", "erx.missing", ""),
        ("PackageCount", "NULL", "repaired", "text.null", ""),
        ("PackageCount", "many", "flagged", "package-count.shape", "many"),
        ("LicenseOwnerCompanyNationalId", "123", "flagged", "owner-id.shape", "123"),
        ("LicenseOwnerCompanyName", "شرکت  نمونه ", "repaired", "text.spaces", "شرکت نمونه"),
        ("FULLBRANDNAME", "", "flagged", "name.missing", ""),
    ],
)
def test_a_value_that_was_mended_or_doubted_is_one_entry_and_the_row_lands(
    tmp_path, column, cell, outcome, rule, after
):
    done = read(sheet(tmp_path, {column: cell}))

    assert entries(done) == [(2, column, Outcome(outcome), rule, cell if cell.strip() else "", after)]
    assert done.report.counts["landed"] == 1
    assert done.report.counts[outcome] == 1
    assert done.report.rows[0].message.fa and done.report.rows[0].message.en


def test_a_13_digit_gtin_with_a_wrong_check_digit_is_padded_and_flagged(tmp_path):
    done = read(sheet(tmp_path, {"GTIN": "6260152410149"}))

    assert [rule for *_, rule, _, _ in entries(done)] == ["gtin.padded", "gtin.check-digit"]
    assert list(concepts(done, "gtin")) == ["06260152410149"]


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("", "irc.missing"),
        ("NULL", "irc.missing"),
        ("123456789012", "irc.shape"),
        ("12345678901234567", "irc.shape"),
        ("ABCDEFGHIJKLMNOP", "irc.shape"),
        ("9.15472E+15", "number.scientific"),
    ],
)
def test_a_row_without_a_sure_irc_is_refused_and_says_why(tmp_path, cell, rule):
    done = read(sheet(tmp_path, {"IRC": cell}, {}))

    refused = [row for row in done.report.rows if row.outcome is Outcome.REFUSED]
    assert [(row.row, row.column, row.rule, row.before) for row in refused] == [(2, "IRC", rule, cell)]
    assert (done.report.counts["landed"], done.report.counts["refused"], done.report.read) == (1, 1, 2)


def test_a_row_whose_columns_may_have_shifted_is_refused(tmp_path):
    path = sheet(tmp_path, {})
    path.write_text(path.read_text("utf-8-sig") + "1000000000000002,UNQUOTED, TABLET,1,x,10100000001,1,,60001,\n")

    done = read(path)

    assert [(row.row, row.rule, row.before, row.after) for row in done.report.rows if row.rule == "row.cells"] == [
        (3, "row.cells", "10", "9")
    ]
    assert done.report.counts["landed"] + done.report.counts["refused"] == done.report.read == 2


def test_a_repeated_gtin_stands_for_all_its_products(tmp_path):
    other = {"IRC": "1000000000000002", "FULLBRANDNAME": "OTHER CAPSULE ORAL", "ErxCode": "60001"}

    done = read(sheet(tmp_path, {}, other))

    assert entries(done) == [(3, "GTIN", "merged", "gtin.repeated", "1000000000000001", "")]
    shared = concepts(done, "gtin")["06260152410148"]
    assert values(shared, "irc") == ["1000000000000001", "1000000000000002"]
    assert shared.display.en == "SAMPLINE TABLET ORAL 10 mg and 1 more"


def test_a_repeated_irc_is_merged_and_what_differs_is_kept_and_told(tmp_path):
    done = read(sheet(tmp_path, {}, {}, {"FULLBRANDNAME": "SAMPLINE", "ErxCode": "60009"}))

    rules = [row.rule for row in done.report.rows]
    assert rules == ["irc.repeated", "irc.differs"]
    assert done.report.rows[1].after == "SAMPLINE TABLET ORAL 10 mg / SAMPLINE; erx 60000 / 60009"
    product = concepts(done, "irc")["1000000000000001"]
    assert values(product, "erx") == ["60000", "60009"]
    assert [one.value for one in product.designations] == ["SAMPLINE"]
    assert done.report.counts == {"landed": 3, "repaired": 0, "flagged": 0, "merged": 2, "refused": 0}


def test_an_erx_with_two_names_keeps_both(tmp_path):
    done = read(sheet(tmp_path, {}, {"IRC": "1000000000000002", "GTIN": "NULL", "FULLBRANDNAME": "SECOND NAME"}))

    erx = concepts(done, "erx")["60000"]
    assert erx.display.en == "SAMPLINE TABLET ORAL 10 mg"
    assert [one.value for one in erx.designations] == ["SECOND NAME"]
    assert ("erx.two-names", "merged") in {(row.rule, str(row.outcome)) for row in done.report.rows}


def test_prescribing_titles_name_the_erx_and_the_generic(tmp_path):
    path = tmp_path / "prescribing.csv"
    path.write_text(
        "GenericCode,ErxTitle,ERXCode\n5760,SAMPLE DRUG 10 mg TABLET ORAL [SAMPLINE],60000\n"
        "5760,SAMPLE DRUG 10 mg TABLET ORAL,60001\n5760,SAMPLE DRUG (AS SALT) 10 mg TABLET ORAL,60001\n"
        "5760,SAMPLE DRUG 10 mg TABLET ORAL,60001\n5761,SAMPLE DRUG 10 mg TABLET ORAL,60001\n5762,NO CODE,NULL\n"
    )

    done = read(sheet(tmp_path, {}), path)

    assert concepts(done, "erx")["60000"].display.en == "SAMPLE DRUG 10 mg TABLET ORAL [SAMPLINE]"
    assert concepts(done, "generic")["5760"].display.en == "SAMPLE DRUG 10 mg TABLET ORAL"
    two = concepts(done, "erx")["60001"]
    assert [one.value for one in two.designations] == ["SAMPLE DRUG (AS SALT) 10 mg TABLET ORAL"]
    assert values(two, "generic") == ["5760", "5761"]
    assert [(row.row, row.rule) for row in done.report.rows] == [
        (4, "erx.two-titles"),
        (5, "erx.repeated"),
        (6, "erx.two-generics"),
        (7, "erx.missing"),
    ]
    assert (done.report.counts["landed"], done.report.counts["refused"]) == (6, 1)


def test_columns_in_another_order_and_unknown_ones_change_nothing_but_are_told(tmp_path):
    plain = read(sheet(tmp_path, {}))
    path = sheet(tmp_path, {"Price": "1200"}, headers=("Price", *reversed(CHEMICAL)), name="other.csv")

    done = read(path)

    assert [(row.row, row.column, row.rule) for row in done.report.rows] == [(0, "Price", "column.unknown")]
    mine, theirs = concepts(done, "irc")["1000000000000001"], concepts(plain, "irc")["1000000000000001"]
    assert replace(mine, source="") == replace(theirs, source="")


def test_a_missing_column_is_named_with_the_nearest_header(tmp_path):
    headers = tuple("GenricCode" if header == "GenericCode" else header for header in CHEMICAL)

    with pytest.raises(
        ImportFailed, match=r"chemical\.csv has no column 'GenericCode'.*nearest header is 'GenricCode'"
    ):
        read(sheet(tmp_path, {}, headers=headers))


def test_a_sheet_without_rows_an_empty_file_and_another_table_are_refused(tmp_path):
    with pytest.raises(ImportFailed, match="no rows below"):
        read(sheet(tmp_path))
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    with pytest.raises(ImportFailed, match="is empty"):
        read(empty)
    other = tmp_path / "other.csv"
    other.write_text("name,age\na,1\n")
    with pytest.raises(ImportFailed, match=r"none of the drug sheets known\. Its headers: name, age"):
        read(other)
    with pytest.raises(UsageError, match="at least one drug sheet"):
        drugs.read([])


def test_line_breaks_and_quotes_in_a_name_stay_in_one_row(tmp_path):
    done = read(sheet(tmp_path, {"FULLBRANDNAME": 'THE "BEST"\r\nTABLET, CHEWABLE'}, {"IRC": "1000000000000002"}))

    assert concepts(done, "irc")["1000000000000001"].display.en == 'THE "BEST" TABLET, CHEWABLE'
    assert concepts(done, "irc")["1000000000000002"].source == "chemical.csv:4"
    assert done.report.read == 2


def test_a_number_cell_that_lost_digits_refuses_the_row_of_an_irc(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(CHEMICAL)
    book.active.append(list(FIRST.values()))
    book.active.append([9154715040124503, *list(FIRST.values())[1:]])
    book.save(tmp_path / "chemical.xlsx")

    done = read(tmp_path / "chemical.xlsx")

    assert [(row.row, row.outcome, row.rule) for row in done.report.rows] == [(3, "refused", "number.digits-lost")]
    assert done.report.counts["landed"] == 1


def test_metadata_come_from_what_is_registered_and_the_sheets_are_its_source(tmp_path):
    registered = CodeSystem(
        "irc", "https://example.org/irc", Text(en="Product"), "2026-11-21", Content.FRAGMENT, weight=160, aliases=("X",)
    )
    path = sheet(tmp_path, {})

    system = read(path, registered={"irc": registered}, version="1405-08-30").contents[0].system

    assert (system.url, system.weight, system.aliases) == ("https://example.org/irc", 160, ("X",))
    # of two fragments the later version is served: the sheets, not the few registered codes
    assert (system.version, system.content) == ("2026-11-21+1405-08-30", Content.FRAGMENT)
    assert "chemical.csv (SHA-256 " in system.source and "No licence" in system.licence
    again = read(path, registered={"irc": system}, version="1405-09-30").contents[0].system
    assert again.version == "2026-11-21+1405-09-30"


def test_a_list_is_complete_only_by_the_importers_word_and_never_with_a_refused_row(tmp_path):
    def content(done):
        return {one.system.id: str(one.system.content) for one in done.contents}

    assert set(content(read(sheet(tmp_path, {}))).values()) == {"fragment"}
    whole = {"irc": "complete", "generic": "complete", "erx": "complete", "gtin": "fragment"}
    assert content(read(sheet(tmp_path, {}), complete=True)) == whole
    partly = read(sheet(tmp_path, {}, {"IRC": ""}), complete=True)
    assert set(content(partly).values()) == {"fragment"}
    assert partly.report.rows[-1].rule == "content.not-whole"


def test_the_version_of_undated_sheets_is_theirs_whatever_their_order(tmp_path):
    one, two = sheet(tmp_path, {}), sheet(tmp_path, {"IRC": "1000000000000002"}, name="two.csv")

    assert read(one, two).contents[0].system.version == read(two, one).contents[0].system.version
    assert read(one).contents[0].system.version != read(two).contents[0].system.version


CELL = st.one_of(
    st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=20),
    st.sampled_from(["NULL", "", "0", "1000000000000001", "1000000000000002", "6.26E+12", "06260152410148", "۱۲۳"]),
    st.integers(0, 10**17).map(str),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(CHEMICAL, CELL)), min_size=1, max_size=6))
def test_whatever_stands_in_the_cells_every_row_lands_or_is_reported(tmp_path_factory, rows):
    path = sheet(tmp_path_factory.mktemp("any"), {}, *rows)

    done = read(path)

    counts = done.report.counts
    written = 1 + sum(any(cell.strip() for cell in row.values()) for row in rows)
    assert counts["landed"] + counts["refused"] == done.report.read == written
    refused = {row.row for row in done.report.rows if row.outcome is Outcome.REFUSED}
    repeated = {row.row for row in done.report.rows if row.rule in ("irc.repeated", "irc.differs")}
    assert len(refused) == counts["refused"]
    assert len(concepts(done, "irc")) + len(repeated) + len(refused) == done.report.read
