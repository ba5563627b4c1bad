"""content format: one way to write every file, and nothing lost on the way."""

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from termserver.content import canonical, folders
from termserver.content.codesystem_files import CONCEPTS, SYSTEM
from termserver.content.csv_files import split
from termserver.content.csv_writing import canonical_csv, csv_text
from termserver.content.problems import Problem
from termserver.content.yaml_files import read_yaml
from termserver.content.yaml_writing import canonical_yaml

WARD = "codesystems/ward/codesystem.yaml"
CONCEPT_TABLE = "codesystems/ward/concepts.csv"


def test_the_folders_mean_the_same_after_formatting(zarland):
    zarland.write(CONCEPT_TABLE, "\ufeff" + zarland.read(CONCEPT_TABLE).replace("\n", "\r\n"))
    changed = canonical.format(zarland.root)
    assert CONCEPT_TABLE in (path.as_posix() for path in changed)
    before = folders.read(zarland.root)
    assert zarland.problems() == []
    assert canonical.format(zarland.root) == []
    assert canonical.unformatted(zarland.root) == []
    assert folders.read(zarland.root) == before


def test_unformatted_names_the_files_and_writes_nothing(zarland):
    canonical.format(zarland.root)
    zarland.change(CONCEPT_TABLE, "ریه", '"ریه"')
    text = zarland.read(CONCEPT_TABLE)
    assert [path.as_posix() for path in canonical.unformatted(zarland.root)] == [CONCEPT_TABLE]
    assert zarland.read(CONCEPT_TABLE) == text


def test_keys_come_in_their_order_and_comments_stay_with_them():
    text = (
        "# the wards\n# of Zarland\n\nversion: 1.0 # as signed\ntitle: {en: Wards, fa: بخش}\n"
        "# nobody knows why\nurl: u\naliases: [b, a]\nid: ward\nproperties:\n  # how many\n  - title: {fa: تخت}\n"
        "    code: beds # counted\n# the end\n"
    )
    assert canonical_yaml(text, SYSTEM) == (
        "# the wards\n# of Zarland\n\nid: ward\n# nobody knows why\nurl: u\naliases:\n  - b\n  - a\n# as signed\n"
        "version: '1.0'\ntitle:\n  fa: بخش\n  en: Wards\nproperties:\n  # how many\n  # counted\n  - code: beds\n"
        "    title:\n      fa: تخت\n# the end\n"
    )


def test_long_texts_are_folded_and_texts_of_several_lines_keep_them():
    said = "a list of wards " * 12 + "ends"
    text = f"id: ward\nsource: {said}\ndescription:\n  en: |\n    one\n\n    two\n"
    written = canonical_yaml(text, SYSTEM)
    assert max(map(len, written.splitlines())) <= 120
    assert yaml.safe_load(written) == {"id": "ward", "source": said, "description": {"en": "one\n\ntwo\n"}}
    assert canonical_yaml(written, SYSTEM) == written


def test_unknown_keys_and_broken_files_are_left_for_the_check(zarland):
    zarland.change(WARD, "hierarchy: is-a", "hirarchy:\n  a: [1, {b: [c]}]\n  d: yes")
    zarland.write("codesystems/drug/codesystem.yaml", "id: [\n")
    zarland.write("codesystems/drug/concepts.csv", b"\xe6\xe6")
    canonical.format(zarland.root)
    assert yaml.safe_load(zarland.read(WARD))["hirarchy"] == {"a": [1, {"b": ["c"]}], "d": True}
    assert zarland.read("codesystems/drug/codesystem.yaml") == "id: [\n"
    assert (zarland.root / "codesystems/drug/concepts.csv").read_bytes() == b"\xe6\xe6"


def test_rules_keep_the_hand_they_were_written_in(zarland):
    rules = "validators/visit/1.0/ruleset.yaml"
    text = zarland.read(rules)
    zarland.write(rules, text.replace("rules:\n", "rules:   \r\n  # the first rule\n") + "\n\n")
    canonical.format(zarland.root)
    assert zarland.read(rules) == text.replace("rules:\n", "rules:\n  # the first rule\n")


def test_columns_are_put_in_order_only_where_none_is_in_doubt():
    assert canonical_csv("b,a\n2,1\n", ("a", "b")) == "a,b\n1,2\n"
    assert canonical_csv("b,c\n2,1\n", ("a", "b")) == "b,c\n2,1\n"
    assert canonical_csv("b,a\n2,1,3\n", ("a", "b")) == "b,a\n2,1,3\n"


_text = st.text(
    st.characters(exclude_categories=("Cs",)) | st.sampled_from(list("ab آی‌#:,'\"-|>&*!%@`{}[]?~\n\t \\0\u2028\u0085"))
)
_line = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from(list('a,"\n\r ')))


@given(_text, st.lists(_text, max_size=3), _text, _text)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_comes_back_from_canonical_yaml(source, aliases, fa, en):
    said = {"version": "1", "source": source, "aliases": aliases, "title": {"en": en, "fa": fa}, "id": "x"}
    text = yaml.safe_dump(said, allow_unicode=True)
    before = _read(text)
    written = canonical_yaml(text, SYSTEM)
    assert _read(written) == before
    assert canonical_yaml(written, SYSTEM) == written


def _read(text):
    problems: list[Problem] = []
    values = read_yaml("x.yaml", text.encode(), SYSTEM, problems)
    return values.values, [problem.rule for problem in problems]


@given(st.lists(st.lists(_line, min_size=9, max_size=9), max_size=4))
@settings(max_examples=300, deadline=None)
def test_any_cell_comes_back_from_canonical_csv(rows):
    text = csv_text(CONCEPTS, rows)
    problems: list[Problem] = []
    assert [row.cells for row in split("", text, problems)] == [list(CONCEPTS), *rows]
    assert problems == []
    assert canonical_csv(text, CONCEPTS) == text
