"""content check on the tables of a code system: file, line, column, rule and the way to mend it."""

import pytest

CONCEPTS = "codesystems/ward/concepts.csv"


def test_sound_folders_have_no_problem(zarland):
    assert zarland.problems() == []


def test_a_duplicate_code_names_the_first_line(zarland, at):
    zarland.append(CONCEPTS, "019,قلب,Heart,,,,,,")
    problem = zarland.only()
    assert at(problem) == (CONCEPTS, 6, 1, "code.duplicate", "error")
    assert "line 3" in problem.message.en
    assert "سطر 3" in problem.message.fa
    assert "Delete one of the two rows" in problem.hint.en


def test_codes_in_another_case_are_duplicates_where_case_does_not_matter(zarland):
    zarland.change("codesystems/drug/codesystem.yaml", "shape: ^[0-9]{13}$\ncheck: gs1", "case_sensitive: false")
    zarland.write("codesystems/drug/concepts.csv", _table("ab,الف,A,,,,,,", "AB,ب,B,,,,,,"))
    assert zarland.only().rule == "code.duplicate"


def test_a_dangling_parent_is_named_with_the_code_that_was_meant(zarland, at):
    zarland.change(CONCEPTS, "021,ریه,Chest,001", "021,ریه,Chest,19")
    problem = zarland.only()
    assert at(problem) == (CONCEPTS, 5, 15, "parent.unknown", "error")
    assert "'19'" in problem.message.en
    assert problem.hint.en == "Did you mean '019'?"


def test_parents_joined_without_blanks_are_explained(zarland):
    zarland.change(CONCEPTS, "Cardiac care,019", "Cardiac care,019|001")
    assert "' | '" in zarland.only().hint.en


def test_a_cycle_is_named_from_its_first_row(zarland, at):
    zarland.change(CONCEPTS, "Internal medicine,,", "Internal medicine,020,")
    problem = zarland.only()
    assert at(problem) == (CONCEPTS, 2, 33, "parent.cycle", "error")
    assert "001 → 020 → 019 → 001" in problem.message.en


def test_a_code_that_is_its_own_parent_is_a_cycle(zarland):
    zarland.change(CONCEPTS, "Internal medicine,,", "Internal medicine,001,")
    assert "001 → 001" in zarland.only().message.en


@pytest.mark.parametrize(
    ("code", "rule", "hint"),
    [
        ("22", "code.lost-zero", "Write '022'."),
        ("22.0", "code.shape", "Mend the code"),
        ("022.0", "code.decimal", "Write '022'."),
        ("1.23E+15", "code.scientific", "Make the code column 'Text'"),
        ("02A", "code.shape", "The shape is ^[0-9]{3}$."),
        (" 022", "code.blanks", "Write '022'."),
        ("022 ", "code.blanks", "Write '022'."),
        ("022\t", "code.blanks", "Write '022'."),
        ("0\u200c22", "code.unseen-sign", "Delete it."),
        ("\u200f022", "code.unseen-sign", "Delete it."),
        ("۰۲۲", "code.persian-digits", "Write '022'."),
        ('"02\n2"', "code.line-break", "Write it on one line."),
    ],
)
def test_a_damaged_code_is_explained(zarland, at, code, rule, hint):
    zarland.append(CONCEPTS, f"{code},پوست,Skin,,,,,,")
    problem = zarland.only()
    assert at(problem) == (CONCEPTS, 6, 1, rule, "error")
    assert hint in problem.hint.en
    assert problem.hint.fa and problem.message.fa


def test_a_lost_zero_shows_among_its_siblings_where_no_shape_is_said(zarland, at):
    zarland.change("codesystems/ward/codesystem.yaml", "shape: ^[0-9]{3}$\n", "")
    zarland.append(CONCEPTS, "22,پوست,Skin,,,,,,")
    problem = zarland.only()
    assert at(problem) == (CONCEPTS, 6, 1, "code.lost-zero", "error")
    assert "'022'" in problem.hint.en


def test_widths_that_differ_on_purpose_are_no_lost_zeros(zarland):
    zarland.change("codesystems/ward/codesystem.yaml", "shape: ^[0-9]{3}$\n", "")
    zarland.append(CONCEPTS, "02,شمال,North,,,,,,")
    zarland.append(CONCEPTS, "11,جنوب,South,,,,,,")
    assert zarland.problems() == []


def test_a_code_beside_its_padded_twin_is_a_warning(zarland, at):
    zarland.change("codesystems/ward/codesystem.yaml", "^[0-9]{3}$", "^[0-9]{2,3}$")
    zarland.append(CONCEPTS, "19,قلب,Heart,,,,,,")
    assert ("code.lost-zero", "warning") in {at(problem)[3:] for problem in zarland.problems()}
    zarland.append(CONCEPTS, "44,قلب,Heart,,,,,,")
    zarland.append(CONCEPTS, "55,قلب,Heart,,,,,,")
    assert ("code.zero-twin", "warning") in {at(problem)[3:] for problem in zarland.problems()}


def test_a_wrong_check_digit_says_which_it_would_be(zarland, at):
    zarland.append("codesystems/drug/concepts.csv", "4006381333932,قرص,Tablet,,,,,,")
    problem = zarland.only()
    assert at(problem) == ("codesystems/drug/concepts.csv", 3, 1, "code.check-digit", "error")
    assert "it would be 1" in problem.hint.en


def test_an_arabic_kaf_is_named_with_its_place(zarland, at):
    zarland.append(CONCEPTS, "022,كودكان,Children,,,,,,")
    problem = zarland.only()
    assert at(problem) == (CONCEPTS, 6, 5, "label.not-persian", "error")
    assert "Letter 1 of display_fa 'كودكان' is an Arabic kaf (U+0643)" in problem.message.en
    assert "ک عربی (U+0643)" in problem.message.fa
    assert "'ک' (U+06A9)" in problem.hint.en


@pytest.mark.parametrize(
    ("label", "named"),
    [
        ("اورژانسي", "Arabic yeh (U+064A)"),
        ("بخش ٤", "arabic-indic digit four (U+0664)"),
        ("بـخش", "tatweel (U+0640)"),
        ("بخش\u00a0قلب", "no-break space (U+00A0)"),
        ("بخش\u200f", "right-to-left mark (U+200F)"),
        ("ﻗﻠﺐ", "arabic letter qaf initial form (U+FED7)"),
        ('"بخش\nقلب"', "line break (U+000A)"),
    ],
)
def test_other_letters_that_persian_does_not_have_are_named(zarland, label, named):
    zarland.append(CONCEPTS, f"022,{label},Ward,,,,,,")
    assert any(named in problem.message.en for problem in zarland.problems() if problem.rule == "label.not-persian")


def test_persian_spelling_with_zwnj_hamza_and_tanvin_is_persian(zarland):
    zarland.append(CONCEPTS, "022,مراقبت‌های ویژهٔ سوختگی (مسئول: رأی، مؤسسه، دایرة‌المعارف، لطفاً),Burns,,,,,,")
    assert zarland.problems() == []


def test_blanks_around_a_label_are_found(zarland, at):
    zarland.append(CONCEPTS, "022,پوست , Skin,,,,,,")
    assert [at(problem)[2:4] for problem in zarland.problems()] == [(5, "label.blanks"), (11, "label.blanks")]


def test_a_concept_without_any_name_is_found(zarland):
    zarland.append(CONCEPTS, "022,,,,,,,,")
    assert zarland.only().rule == "label.missing"


def test_dates_must_be_gregorian_days_in_order(zarland, at):
    zarland.change(CONCEPTS, "001,,2020-03-20,,,", "001,,1399-01-01,,,")
    problem = zarland.only()
    assert at(problem) == (CONCEPTS, 3, 32, "date.unreadable", "error")
    zarland.change(CONCEPTS, "1399-01-01", "2020-02-30")
    assert zarland.only().rule == "date.unreadable"
    zarland.change(CONCEPTS, "2020-02-30,", "2020-03-20,2019-01-01")
    assert at(zarland.only()) == (CONCEPTS, 3, 43, "date.order", "error")


def test_an_unknown_status_names_the_nearest(zarland, at):
    zarland.change(CONCEPTS, "retired", "retierd")
    problem = next(problem for problem in zarland.problems() if problem.rule == "status.unknown")
    assert at(problem) == (CONCEPTS, 5, 19, "status.unknown", "error")
    assert problem.hint.en == "Did you mean 'retired'?"


def test_a_successor_is_another_code_of_the_system(zarland, at):
    zarland.change(CONCEPTS, "2024-03-19,019", "2024-03-19,021")
    assert at(zarland.only()) == (CONCEPTS, 5, 39, "replaced-by.unknown", "error")
    zarland.change(CONCEPTS, "2024-03-19,021", "2024-03-19,077")
    assert "'077'" in zarland.only().message.en


def test_details_of_unknown_codes_and_undefined_properties_are_found(zarland, at):
    zarland.append("codesystems/ward/designations.csv", "19,fa,synonym,قلب")
    zarland.append("codesystems/ward/properties.csv", "019,bed,12,,")
    zarland.append("codesystems/ward/properties.csv", "077,beds,many,,")
    found = [at(problem)[:4] for problem in zarland.problems()]
    assert found == [
        ("codesystems/ward/designations.csv", 4, 1, "designation.unknown-code"),
        ("codesystems/ward/properties.csv", 3, 5, "property.undefined"),
        ("codesystems/ward/properties.csv", 4, 1, "property.unknown-code"),
        ("codesystems/ward/properties.csv", 4, 10, "property.value"),
    ]
    assert zarland.problems()[0].hint.en == "Did you mean '019'?"
    assert zarland.problems()[1].hint.en == "Did you mean 'beds'?"


def test_a_bom_is_found(zarland, at):
    zarland.write(CONCEPTS, b"\xef\xbb\xbf" + zarland.read(CONCEPTS).encode())
    problem = zarland.only()
    assert at(problem) == (CONCEPTS, 1, 1, "file.bom", "error")
    assert "termserver content format" in problem.hint.en


def test_windows_line_ends_are_found(zarland):
    zarland.write(CONCEPTS, zarland.read(CONCEPTS).replace("\n", "\r\n"))
    problem = zarland.only()
    assert (problem.file, problem.line, problem.rule) == (CONCEPTS, 1, "file.crlf")


def test_bytes_that_are_not_utf8_are_found_by_line_and_column(zarland, at):
    zarland.write(CONCEPTS, zarland.read(CONCEPTS).encode() + "022,پوست".encode() + b"\xe6,Skin,,,,,,\n")
    problem = next(problem for problem in zarland.problems() if problem.rule == "file.encoding")
    assert at(problem)[:3] == (CONCEPTS, 6, 9)
    assert "0xE6" in problem.message.en


def test_utf16_is_named(zarland):
    zarland.write(CONCEPTS, zarland.read(CONCEPTS).encode("utf-16"))
    assert any("UTF-16" in problem.message.en for problem in zarland.problems())


def test_a_missing_column_is_named(zarland, at):
    text = zarland.read(CONCEPTS)
    zarland.write(CONCEPTS, "\n".join(line.rsplit(",", 1)[0] for line in text.splitlines()) + "\n")
    problem = zarland.only()
    assert at(problem) == (CONCEPTS, 1, 1, "csv.missing-column", "error")
    assert "'source'" in problem.message.en
    assert "code,display_fa,display_en,parent,status" in problem.hint.en


def test_a_misspelt_column_names_the_nearest(zarland, at):
    zarland.change(CONCEPTS, "display_en", "dispaly_en")
    found = {problem.rule: problem for problem in zarland.problems()}
    assert at(found["csv.unknown-column"])[1:3] == (1, 17)
    assert found["csv.unknown-column"].hint.en == "Did you mean 'display_en'?"
    assert "csv.missing-column" in found


def test_misordered_columns_are_found_and_still_read_by_name(zarland):
    zarland.write("codesystems/ward/designations.csv", "language,code,use,value\nfa,019,synonym,قلب\n")
    assert zarland.only().rule == "csv.column-order"


def test_a_row_with_another_number_of_cells_is_found(zarland, at):
    zarland.append(CONCEPTS, "022,پوست,Skin, hair and nails,,,,,,")
    problem = zarland.only()
    assert at(problem)[1:4] == (6, 36, "csv.cells")
    assert "10 cells" in problem.message.en


def test_a_quote_that_is_not_closed_is_found_where_it_opens(zarland, at):
    zarland.append(CONCEPTS, '022,"پوست,Skin,,,,,,')
    found = {problem.rule: problem for problem in zarland.problems()}
    assert at(found["csv.open-quote"])[1:3] == (6, 5)


def test_places_hold_after_a_quoted_field_that_spans_lines(zarland, at):
    zarland.append(CONCEPTS, '022,"پوست\nو مو",Skin,077,,,,,')
    found = {problem.rule: at(problem)[1:3] for problem in zarland.problems()}
    assert found == {"label.not-persian": (6, 5), "parent.unknown": (7, 12)}


def test_the_order_of_problems_is_the_same_every_time(zarland):
    zarland.append(CONCEPTS, "022,كودكان ,Children,077,,,,,")
    zarland.append(CONCEPTS, "22,كودكي,Children,,,,,,")
    first = zarland.problems()
    assert first == zarland.problems()
    assert [(p.file, p.line, p.column) for p in first] == sorted((p.file, p.line, p.column) for p in first)


def test_a_problem_is_told_in_both_languages(zarland):
    zarland.append(CONCEPTS, "019,قلب,Heart,,,,,,")
    problem = zarland.only()
    assert str(problem).startswith(
        "codesystems/ward/concepts.csv:6:1: error: The code '019' is already there on line 3."
    )
    assert "\n    " in problem.in_language("fa")
    assert problem.as_json()["hint"]["fa"]


def _table(*rows: str) -> str:
    header = "code,display_fa,display_en,parent,status,valid_from,valid_to,replaced_by,source"
    return "\n".join([header, *rows]) + "\n"


def test_a_lost_zero_shows_among_codes_of_its_own_level(zarland, at):
    zarland.change("codesystems/ward/codesystem.yaml", "shape: ^[0-9]{3}$\n", "")
    zarland.write(
        CONCEPTS,
        _table("01,شمال,North,,,,,,", "02,جنوب,South,,,,,,", "011,الف,A,01,,,,,", "012,ب,B,01,,,,,")
        + "13,پ,C,01,,,,,\n021,ت,D,02,,,,,\n022,ث,E,02,,,,,\n",
    )
    zarland.write("codesystems/ward/designations.csv", "code,language,use,value\n")
    zarland.write("codesystems/ward/properties.csv", "code,property,value,valid_from,valid_to\n")
    lost = [problem for problem in zarland.problems() if problem.rule == "code.lost-zero"]
    assert [at(problem) for problem in lost] == [(CONCEPTS, 6, 1, "code.lost-zero", "error")]
    assert "'013'" in lost[0].hint.en


def test_a_parent_whose_own_row_lost_its_zero_is_explained(zarland):
    zarland.change(CONCEPTS, "019,قلب و عروق", "19,قلب و عروق")
    found = {problem.rule: problem for problem in zarland.problems() if problem.file == CONCEPTS}
    assert found["code.lost-zero"].line == 3
    assert "There is a '19'" in found["parent.unknown"].hint.en
