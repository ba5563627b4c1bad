"""content import: every row of the committee's table lands or is refused, and nothing half-done is written."""

import time

import pytest

from termserver.content.import_report import Outcome
from termserver.content.promotion import import_table, next_version
from termserver.model.errors import ContentError, UnknownSystem, UsageError

CONCEPTS = "codesystems/ward/concepts.csv"
METADATA = "codesystems/ward/codesystem.yaml"
HEADERS = ("ردیف", "کد", "عنوان", "نام انگلیسی")
FULL = [
    (2, ("1", "001", "بخش داخلی", "Internal medicine")),
    (3, ("2", "019", "قلب", "Cardiology")),
    (4, ("3", "020", "مراقبت ویژه, قلب", "")),
    (5, ("4", "022", "پوست", "Skin")),
]


def _load(zarland, rows, headers=HEADERS, mapping=None, system="ward", **options):
    return import_table(zarland.root, system, headers, rows, mapping, **options)


def _outcomes(report):
    return [(row.row, str(row.outcome), row.rule) for row in report.rows]


def test_every_row_is_added_changed_or_unchanged(zarland):
    report = _load(zarland, FULL)
    assert _outcomes(report) == [(2, "unchanged", ""), (3, "changed", ""), (4, "unchanged", ""), (5, "added", "")]
    assert [change.as_json() for change in report.rows[1].changes] == [
        {"column": "display_fa", "before": "قلب و عروق", "after": "قلب"}
    ]
    assert report.ok and report.written and zarland.problems() == []
    assert zarland.read(CONCEPTS).splitlines()[2] == "019,قلب,Cardiology,001,,2020-03-20,,,"
    assert zarland.read(CONCEPTS).splitlines()[5] == "022,پوست,Skin,,,,,,"


def test_the_mapping_is_guessed_and_told(zarland):
    report = _load(zarland, FULL, dry_run=True)
    assert report.mapping.guessed
    assert report.mapping.as_json() == {"code": "کد", "display_fa": "عنوان", "display_en": "نام انگلیسی"}
    assert report.mapping.unused == ("ردیف",)
    assert "code ← کد" in "\n".join(report.lines("en"))
    assert "حدس زده شد" in "\n".join(report.lines("fa"))


def test_a_name_column_is_persian_or_english_by_its_values(zarland):
    rows = [(2, ("1", "022", "Skin"))]
    report = _load(zarland, rows, headers=("id", "code", "title"), dry_run=True)
    assert report.mapping.as_json() == {"code": "code", "display_en": "title"}


def test_a_told_mapping_must_name_columns_that_are_there(zarland):
    with pytest.raises(UsageError, match="Did you mean 'عنوان'"):
        _load(zarland, FULL, mapping={"code": "کد", "display_fa": "عنون"})
    with pytest.raises(UsageError, match="Did you mean 'display_fa'"):
        _load(zarland, FULL, mapping={"code": "کد", "dispaly_fa": "عنوان"})
    with pytest.raises(UsageError, match="--map code="):
        _load(zarland, FULL, headers=("a", "b", "c", "d"))


def test_a_system_is_known_by_any_of_its_names(zarland):
    assert _load(zarland, FULL, system="ZAREHR.WARD", dry_run=True).system == "ward"
    with pytest.raises(UnknownSystem, match="Did you mean 'ward'"):
        _load(zarland, FULL, system="wards")


def test_a_dry_run_writes_nothing(zarland):
    before = zarland.read(CONCEPTS), zarland.read(METADATA)
    report = _load(zarland, [*FULL, (6, ("", "021", "ریه", ""))], dry_run=True, promote=True)
    assert (zarland.read(CONCEPTS), zarland.read(METADATA)) == before
    assert report.counts["added"] == 1 and not report.written
    assert report.promoted and report.version == "1404.3"


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        (("", "22", "پوست", ""), "code.lost-zero"),
        (("", "", "پوست", ""), "code.missing"),
        (("", "1.2E+15", "پوست", ""), "code.scientific"),
        (("", "019", "قلب", ""), "code.duplicate"),
        (("", "۰۲۲", "پوست", ""), "code.persian-digits"),
        (("", "022", "كودكان", ""), "label.not-persian"),
        (("", "022", "", ""), "label.missing"),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused_with_its_reason(zarland, cells, rule):
    report = _load(zarland, [*FULL[:2], (7, cells)])
    refused = report.rows[2]
    assert (refused.row, refused.outcome, refused.rule) == (7, Outcome.REFUSED, rule)
    assert refused.column in HEADERS and refused.reason.fa and refused.reason.en
    assert not report.ok and report.written
    assert f"[{rule}]" in "\n".join(report.lines())


def test_blank_rows_and_blanks_around_cells_are_reported(zarland):
    report = _load(zarland, [(2, ("", " ", "", "")), (3, ("", " 022 ", "پوست ", ""))])
    assert [row.outcome for row in report.rows] == [Outcome.BLANK, Outcome.ADDED]
    assert [change.column for change in report.rows[1].mended] == ["code", "display_fa"]
    assert sum(report.counts.values()) == 2


def test_mending_is_asked_for_and_told_cell_by_cell(zarland):
    rows = [(2, ("", "22", "كودكان", "Children")), (3, ("", "۰۲۳", "پوست  و مو", "")), (4, ("", "24.0", "ریه", ""))]
    report = _load(zarland, rows, mend=True)
    assert [row.code for row in report.rows] == ["022", "023", "024"]
    assert [(change.before, change.after) for change in report.rows[0].mended] == [
        ("22", "022"),
        ("كودكان", "کودکان"),
    ]
    assert zarland.problems() == []


def test_numbers_of_a_workbook_lose_no_zero_even_without_a_shape(zarland):
    zarland.change(METADATA, "shape: ^[0-9]{3}$\n", "")
    report = _load(zarland, [(2, ("", "19", "قلب", ""))])
    assert report.rows[0].rule == "code.lost-zero" and "'019'" in report.rows[0].reason.en
    report = _load(zarland, [(2, ("", "19", "قلب", ""))], mend=True)
    assert report.rows[0].code == "019" and report.rows[0].outcome == Outcome.CHANGED


def test_rows_whose_parent_is_nowhere_are_refused_and_their_children_too(zarland):
    headers, rows = (
        ("کد", "عنوان", "کد والد"),
        [
            (2, ("030", "چشم", "099")),
            (3, ("031", "شبکیه", "030")),
            (4, ("032", "گوش", "033")),
            (5, ("033", "سر", "")),
        ],
    )
    report = _load(zarland, rows, headers=headers)
    assert _outcomes(report) == [
        (2, "refused", "parent.unknown"),
        (3, "refused", "parent.unknown"),
        (4, "added", ""),
        (5, "added", ""),
    ]
    assert zarland.problems() == []


def test_a_result_that_fails_the_check_is_not_written(zarland):
    before = zarland.read(CONCEPTS)
    report = _load(zarland, [(2, ("001", "بخش داخلی", "020"))], headers=("کد", "عنوان", "parent"))
    assert zarland.read(CONCEPTS) == before
    assert not report.written and [problem.rule for problem in report.problems] == ["parent.cycle"]
    assert "does not pass the content check" in report.conclusion().en


def test_folders_that_are_wrong_already_are_mended_first(zarland):
    zarland.append(CONCEPTS, "019,قلب,Heart,,,,,,")
    with pytest.raises(ContentError, match="already there on line 3"):
        _load(zarland, FULL)


def test_promotion_makes_the_list_complete_with_a_new_version(zarland):
    zarland.change(METADATA, "content: complete", "content: fragment  # for now")
    report = _load(zarland, [*FULL, (6, ("5", "021", "ریه", "Chest"))], promote=True)
    assert report.promoted and report.written and report.version == "1404.3"
    text = zarland.read(METADATA)
    assert "content: complete\n" in text and "version: '1404.3'" in text
    assert "# the wards of Zarland's hospitals" in text and "# for now" in text


def test_codes_that_only_the_folder_has_stop_a_promotion_or_are_retired(zarland):
    before = zarland.read(CONCEPTS), zarland.read(METADATA)
    report = _load(zarland, FULL[:2], promote=True)
    assert report.missing == ("020",) and not report.promoted
    assert (zarland.read(CONCEPTS), zarland.read(METADATA)) == before
    assert "--retire-missing" in report.conclusion().en
    report = _load(zarland, FULL[:2], promote=True, retire_missing=True, version="1405.1")
    assert report.retired == ("020",) and report.version == "1405.1"
    assert '020,"مراقبت ویژه, قلب",Cardiac care,019,retired,,,,' in zarland.read(CONCEPTS)
    assert "1405.1" in zarland.read(METADATA)


def test_a_refused_row_stops_a_promotion(zarland):
    report = _load(zarland, [*FULL, (9, ("", "9", "ریه", ""))], promote=True)
    assert not report.promoted and not report.written
    assert "1 row(s) were refused" in report.conclusion().en


def test_a_list_that_was_not_here_becomes_a_fragment(zarland):
    report = _load(zarland, [(2, ("I21", "سکته قلبی"))], headers=("code", "title"), system="disease")
    assert report.written and zarland.problems() == []
    assert "content: fragment" in zarland.read("codesystems/disease/codesystem.yaml")


def test_properties_designations_statuses_and_jalali_days_are_taken(zarland):
    mapping = {
        "code": "کد",
        "display_fa": "عنوان",
        "status": "وضعیت",
        "valid_to": "تا",
        "property:beds": "تخت",
        "designation:fa": "نام دیگر",
    }
    headers = tuple(mapping.values())
    rows = [
        (2, ("019", "قلب و عروق", "فعال", "", "15", "بخش قلب")),
        (3, ("022", "پوست", "غیرفعال", "1404/12/29", "x", "")),
    ]
    report = _load(zarland, rows, headers, mapping)
    assert report.rows[0].changes[0].as_json() == {"column": "property:beds", "before": "12", "after": "15"}
    assert len(report.rows[0].changes) == 1
    assert report.rows[1].rule == "property.value"
    rows = [(3, ("022", "پوست", "غیرفعال", "1404/12/29", "4", "پوست و مو"))]
    assert _load(zarland, rows, headers, mapping).rows[0].outcome == Outcome.ADDED
    assert "022,پوست,,,retired,,2026-03-20,," in zarland.read(CONCEPTS)
    assert zarland.read("codesystems/ward/properties.csv").splitlines()[1:] == ["019,beds,15,,", "022,beds,4,,"]
    assert "022,fa,,پوست و مو" in zarland.read("codesystems/ward/designations.csv")


def test_an_empty_cell_takes_nothing_away(zarland):
    report = _load(zarland, [(2, ("", "019", "", ""))])
    assert report.rows[0].outcome == Outcome.UNCHANGED and not report.written


def test_the_same_table_twice_changes_nothing(zarland):
    _load(zarland, FULL, source="the list of 1404")
    before = zarland.read(CONCEPTS)
    assert "the list of 1404" in before
    report = _load(zarland, FULL, source="the list of 1405")
    assert not report.written and zarland.read(CONCEPTS) == before
    assert "nothing to write" in report.conclusion().en


def test_twenty_thousand_rows_take_less_than_five_seconds(zarland):
    zarland.change(METADATA, "^[0-9]{3}$", "^[0-9]{3,6}$")
    rows = [(n, ("", f"1{n:05d}", f"بخش شماره {n}", f"Ward {n}")) for n in range(2, 20_002)]
    start = time.process_time()
    report = _load(zarland, rows)
    assert time.process_time() - start < 5
    assert report.counts["added"] == 20_000 and report.written


def test_versions_count_on():
    assert [next_version(version) for version in ("1404.9", "1404", "2026-11-21", "")] == [
        "1404.10",
        "1404.1",
        "2026-11-21.1",
        "1",
    ]


def test_a_workbook_and_a_csv_with_a_bom_are_taken_alike(zarland, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    from termserver.importers.table_files import read_table

    book = openpyxl.Workbook()
    for row in (("کد", "عنوان"), (22, "پوست"), ("023", "گوش")):  # a number cell has no zeros to keep
        book.active.append(row)
    book.save(tmp_path / "wards.xlsx")
    (tmp_path / "wards.csv").write_bytes("\ufeffکد;عنوان\r\n22;پوست\r\n023;گوش\r\n".encode())
    for name in ("wards.xlsx", "wards.csv"):
        table = read_table(tmp_path / name)
        report = _load(zarland, table.rows, headers=table.headers, dry_run=True)
        assert _outcomes(report) == [(2, "refused", "code.lost-zero"), (3, "added", "")]
