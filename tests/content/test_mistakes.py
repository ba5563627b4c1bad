"""What an invalid example changes is kept in a release as a patch; together with the valid one it is the same again."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termserver.content.mistakes import mistakes
from termserver.content.tree import Tree
from termserver.model.merge_patch import applied, difference
from termserver.service import TermServer

VALUES = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=12,
)


@given(VALUES, VALUES)
def test_a_difference_makes_the_one_of_the_other(before: Any, after: Any) -> None:
    made = applied(before, difference(before, after))

    assert made == after and repr(made).count("True") == repr(after).count("True")


def test_applying_leaves_what_was_there() -> None:
    before = {"a": {"b": 1}}

    assert applied(before, {"a": {"b": None, "c": 2}}) == {"a": {"c": 2}}
    assert before == {"a": {"b": 1}}


def test_every_invalid_example_is_its_valid_one_and_a_patch(root: Path) -> None:
    folder = root / "validators" / "patient-bill" / "1.0" / "examples"
    found = mistakes(Tree(root), "validators/patient-bill/1.0")

    assert len(found) > 20
    for one in found:
        valid = json.loads((folder / "valid" / one["of"]).read_bytes())
        assert applied(valid, one["patch"]) == json.loads((folder / "invalid" / f"{one['rule']}.json").read_bytes())


def test_a_release_carries_them_in_little(server: TermServer) -> None:
    release = server.releases[0]
    kept = [release.artefact(path) or b"" for path in release.artefact_paths("mistake")]

    assert len(kept) == len(server.document_types())
    assert sum(map(len, kept)) < 1_000_000


@pytest.mark.parametrize("data", ["{", "[]", "null"])
def test_an_example_that_no_patch_can_say_is_left_out(data: str, tmp_path: Path) -> None:
    for name, text in (("valid/one.json", '{"a": 1}'), ("invalid/syntax.json.json", data)):
        path = tmp_path / "validators/x/1.0/examples" / name
        path.parent.mkdir(parents=True)
        path.write_text(text)

    assert mistakes(Tree(tmp_path), "validators/x/1.0") == []
