"""content check on metadata, value sets, maps, identifiers and rules."""

import pytest

WARD = "codesystems/ward/codesystem.yaml"
DRUG = "codesystems/drug/codesystem.yaml"
CARDIAC = "codesystems/valuesets/cardiac-wards.yaml"
CITIZEN = "codesystems/namingsystems/citizen.yaml"
MAP = "codesystems/conceptmaps/ward-to-disease"
RULES = "validators/visit/1.0/ruleset.yaml"


@pytest.mark.parametrize(
    ("before", "after", "place", "rule", "hint"),
    [
        ("id: ward", "id: wards", (2, 5), "id.not-the-folder", "Write 'ward'"),
        ("hierarchy: is-a", "heirarchy: is-a", (16, 1), "yaml.unknown-key", "Did you mean 'hierarchy'?"),
        ("hierarchy: is-a", "hierarchy: is-a\nhierarchy: is-a", (17, 1), "yaml.duplicate-key", "Delete one"),
        ("hierarchy: is-a", "hierarchy: isa", (16, 12), "hierarchy.unknown", "Did you mean 'is-a'?"),
        ("content: complete", "content: compleet", (12, 10), "yaml.unknown-value", "Did you mean 'complete'?"),
        ("version: 1404.2\n", "", (2, 1), "yaml.missing-key", "Add a line 'version:'."),
        ("  evidence: The Minister signed the list.\n", "", (14, 10), "closed.no-evidence", "how do we know"),
        ("${base}/CodeSystem/ward", "CodeSystem/ward", (3, 6), "url.form", "${base}/CodeSystem/ward"),
        ("  en: Hospital wards\n", "", (10, 3), "title.one-language", "Persian and English"),
        ("بخش‌های بیمارستان", "بخشهاي بيمارستان", (10, 7), "label.not-persian", "'ی' (U+06CC)"),
        ("^[0-9]{3}$", r"^\d{3}$", (17, 8), "pattern.loose-class", "[0-9]"),
        ("^[0-9]{3}$", "^([0-9]+)+$", (17, 8), "pattern.runs-away", "{1,20}"),
        ("^[0-9]{3}$", "^[0-9]{3$(", (17, 8), "pattern.syntax", "An example"),
        ("type: integer", "type: integre", (23, 11), "property.type", "Did you mean 'integer'?"),
        ("    indexed: true", "    indexed: maybe", (24, 14), "yaml.wrong-kind", "true or false"),
        ("aliases:\n  - ZarEHR.Ward", "aliases: ZarEHR.Ward", (5, 10), "yaml.wrong-kind", "a list of texts"),
        ("id: ward", "id: ward\n\tx: 1", (3, 1), "yaml.syntax", "not tabs"),
        (
            "id: ward\nurl: ${base}/CodeSystem/ward",
            "id: &a ward\nurl: *a",
            (2, 5),
            "yaml.reference",
            "Write the value itself",
        ),
    ],
)
def test_metadata_problems_are_found_where_they_are(zarland, before, after, place, rule, hint):
    zarland.change(WARD, before, after)
    found = [problem for problem in zarland.problems() if problem.rule == rule]
    assert found, "\n".join(map(str, zarland.problems()))
    assert (found[0].file, found[0].line, found[0].column) == (WARD, *place)
    assert hint in found[0].hint.en
    assert found[0].hint.fa


def test_values_are_the_text_that_stands_there(zarland):
    from termserver.content.folders import read

    zarland.change(WARD, "version: 1404.2", "version: 1404.10")
    content = read(zarland.root)
    ward = next(known for known in content.systems if known.system.id == "ward")
    assert ward.system.version == "1404.10"
    assert content.value_sets[0].include[0].codes == ("019",)


def test_a_name_belongs_to_one_system_in_any_case_of_letters(zarland):
    zarland.change(DRUG, "id: drug\n", "id: drug\nnative_id: ZAREHR.WARD\noid: 2.999.1\naliases: [x, WARD]\n")
    assert [(p.file, p.line, p.column, p.rule) for p in zarland.problems()] == [
        (WARD, 2, 5, "name.duplicate-id"),
        (WARD, 4, 12, "name.duplicate-native-id"),
        (WARD, 6, 5, "name.duplicate-alias"),
        (WARD, 7, 6, "name.duplicate-oid"),
    ]
    assert any("'drug' (codesystems/drug/codesystem.yaml)" in p.message.en for p in zarland.problems())


def test_a_url_belongs_to_one_thing(zarland):
    zarland.change(CARDIAC, "${base}/ValueSet/cardiac-wards", "${base}/CodeSystem/ward")
    assert zarland.only().rule == "name.duplicate-url"


def test_content_agrees_with_the_table(zarland):
    concepts = "codesystems/ward/concepts.csv"
    header = zarland.read(concepts).splitlines()[0]
    zarland.change(WARD, "content: complete", "content: not-present")
    assert "content.present" in zarland.rules()
    zarland.change(WARD, "content: not-present", "content: complete")
    zarland.write(concepts, header + "\n")
    assert "content.empty" in zarland.rules()


def test_a_check_digit_rule_is_known_and_has_a_shape(zarland):
    zarland.change(DRUG, "check: gs1", "check: gs2")
    assert zarland.only().hint.en == "Did you mean 'gs1'?"
    zarland.change(DRUG, "shape: ^[0-9]{13}$\ncheck: gs2", "check: gs1")
    assert "check.without-shape" in zarland.rules()


def test_a_stand_in_stands_for_another_system(zarland):
    zarland.change(DRUG, "id: drug\n", "id: drug\nstands_in_for: diseases\n")
    assert zarland.only().hint.en == "Did you mean 'disease'?"


def test_a_folder_without_metadata_and_a_misspelt_file_are_found(zarland):
    zarland.write("codesystems/gender/concept.csv", "code\n1\n")
    found = {(problem.file, problem.rule): problem for problem in zarland.problems()}
    assert ("codesystems/gender/codesystem.yaml", "file.missing") in found
    assert found["codesystems/gender/concept.csv", "file.stray"].hint.en == "Should it be called concepts.csv?"


def test_another_generation_has_its_own_version(zarland):
    for name in ("codesystem.yaml", "concepts.csv", "properties.csv"):
        zarland.write(f"codesystems/ward/1403/{name}", zarland.read(f"codesystems/ward/{name}"))
    assert zarland.rules() == {"id.not-the-version", "name.duplicate-version"}
    zarland.change("codesystems/ward/1403/codesystem.yaml", "version: 1404.2", "version: '1403'")
    assert zarland.problems() == []


def test_a_value_set_names_systems_and_codes_that_are_there(zarland, at):
    zarland.change(CARDIAC, "codes: [019]", "codes: [019, 19]")
    problem = zarland.only()
    assert at(problem) == (CARDIAC, 7, 18, "valueset.unknown-code", "error")
    assert problem.hint.en == "Did you mean '019'?"
    zarland.change(CARDIAC, "system: ward", "system: wards")
    assert at(zarland.only()) == (CARDIAC, 6, 13, "valueset.unknown-system", "error")


def test_a_code_that_a_fragment_does_not_have_is_a_warning(zarland, at):
    zarland.change(CARDIAC, "system: ward\n    codes: [019]\n    under: [019]", "system: drug\n    codes: ['1']")
    assert at(zarland.only())[3:] == ("valueset.unknown-code", "warning")


def test_a_map_joins_known_codes_by_a_known_relationship(zarland, at):
    zarland.append(f"{MAP}/mappings.csv", "077,I2,equals,")
    found = [at(problem)[1:] for problem in zarland.problems()]
    assert found == [
        (3, 1, "map.unknown-code", "error"),
        (3, 5, "code.shape", "error"),
        (3, 8, "map.relationship", "error"),
    ]
    zarland.change(f"{MAP}/conceptmap.yaml", "target_system: disease", "target_system: desease")
    assert any(problem.hint.en == "Did you mean 'disease'?" for problem in zarland.problems())


def test_the_same_pair_is_mapped_once(zarland):
    zarland.append(f"{MAP}/mappings.csv", "019,I21,equivalent,")
    assert zarland.only().rule == "map.duplicate"


def test_an_identifier_keeps_its_own_example(zarland, at):
    zarland.change(CITIZEN, '"0012345679"', '"0012345678"')
    problem = zarland.only()
    assert at(problem) == (CITIZEN, 9, 10, "identifier.example", "error")
    assert "it would be 9" in problem.hint.en
    zarland.change(CITIZEN, '"0012345678"', "12")
    assert zarland.only().rule == "identifier.example"
    zarland.change(CITIZEN, "^[0-9]{10}$", "'[0-9'")
    assert zarland.only().rule == "pattern.syntax"


def test_a_triplet_says_one_kind_of_identifier(zarland):
    text = zarland.read(CITIZEN).replace("citizen", "person").replace("Zarland", "ZARLAND")
    zarland.write("codesystems/namingsystems/person.yaml", text)
    assert zarland.only().rule == "name.duplicate-triplets"


def test_an_identifier_names_a_registry_that_is_there(zarland):
    zarland.append(CITIZEN, "registry: wrad")
    assert zarland.only().hint.en == "Did you mean 'ward'?"


def test_every_rule_is_shown_by_an_invalid_document(zarland, at):
    (zarland.root / "validators/visit/1.0/examples/invalid/visit-01-none.json").unlink()
    problem = zarland.only()
    assert at(problem) == (RULES, 7, 9, "rule.no-invalid-example", "error")
    assert "visit-01.xml" in problem.hint.en


def test_a_rule_set_has_a_valid_document(zarland):
    (zarland.root / "validators/visit/1.0/examples/valid/one.json").unlink()
    assert zarland.only().rule == "ruleset.no-valid-example"


def test_a_rule_speaks_of_fields_that_the_document_has(zarland, at):
    zarland.change(RULES, "Days >= 1", "Dayz >= 1")
    problem = zarland.only()
    assert at(problem) == (RULES, 9, 12, "rule.expression", "error")
    assert "visit-01" in problem.message.en


def test_a_rule_stands_for_findings_that_there_are_and_never_mildly(zarland):
    zarland.change(RULES, "    holds: Days >= 1\n", "    at: Days\n    stands_for: [structure.mandatry]\n")
    assert zarland.only().hint.en == "Did you mean 'structure.mandatory'?"
    zarland.change(RULES, "structure.mandatry", "structure.mandatory")
    assert zarland.problems() == []
    zarland.change(RULES, "severity: error", "severity: warning")
    assert zarland.only().rule == "rule.milder"


def test_a_rule_says_what_holds_or_what_it_stands_for(zarland):
    zarland.change(RULES, "    holds: Days >= 1\n", "")
    assert "says nothing in 'holds'" in zarland.only().message.en


def test_a_variant_names_a_field_and_a_plain_type(zarland):
    document = "schemas/visit/1.0/document.yaml"
    zarland.append(document, "variants: [{path: Wart, names: [ward], source: test}]")
    assert zarland.only().hint.en == "Did you mean 'Ward'?"
    zarland.change(document, "path: Wart, names: [ward]", "path: Ward, types: [number]")
    assert zarland.only().rule == "schema.unknown-class"


def test_a_rule_set_names_its_type_its_day_and_each_rule_once(zarland):
    zarland.change(RULES, "day: [Ward]", "day: [Wart]")
    assert zarland.only().hint.en == "Did you mean 'Ward'?"
    zarland.change(RULES, "document_type: visit", "document_type: visits")
    assert zarland.rules() == {"ruleset.folder", "ruleset.unknown-type"}


def test_the_whole_check_of_the_projects_own_folders_is_quick(root):
    import time

    from termserver.content.check import check

    start = time.process_time()
    check(root)
    assert time.process_time() - start < 3


RECORD = """\
    indexed: true
  - code: head
    title: {fa: سرپرست, en: Head}
    type: record
    key: [name]
    fields:
      - {code: name, title: {fa: نام, en: Name}}
      - {code: ward, title: {fa: بخش, en: Ward}, type: code, system: ward}
      - {code: since, title: {fa: از, en: Since}, type: day, audience: qualified}
"""


@pytest.mark.parametrize(
    ("before", "after", "rule", "hint"),
    [
        ("key: [name]", "key: [nam]", "property.key", "Did you mean 'name'?"),
        ("type: day", "type: days", "property.type", "Did you mean 'day'?"),
        ("system: ward", "system: wrd", "property.system", "Did you mean 'ward'?"),
        ("audience: qualified", "audience: qualifed", "yaml.unknown-value", "Did you mean 'qualified'?"),
        ("code: since", "code: name", "property.field-duplicate", "Delete one"),
        ("type: record", "type: string", "property.fields", "Write 'fields'"),
    ],
)
def test_a_record_property_is_checked_where_it_is_defined(zarland, before, after, rule, hint):
    zarland.change(WARD, "    indexed: true\n", RECORD)
    assert not zarland.problems()
    zarland.change(WARD, before, after)
    (found,) = zarland.problems()
    assert (found.file, found.rule) == (WARD, rule)
    assert hint in found.hint.en and found.hint.fa


def test_a_record_property_is_read_as_it_is_defined(zarland):
    from termserver.content.folders import read
    from termserver.model.codes import Audience

    zarland.change(WARD, "    indexed: true\n", RECORD)
    ward = next(known.system for known in read(zarland.root).systems if known.system.id == "ward")
    head = ward.properties[-1]
    assert (head.type, head.key, [field.code for field in head.fields]) == (
        "record",
        ("name",),
        ["name", "ward", "since"],
    )
    assert [field.audience for field in head.fields] == [Audience.PUBLIC, Audience.PUBLIC, Audience.QUALIFIED]
