"""``termserver content mutate``: the table of what was caught, by type; the answer is no where something survived."""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def test_the_mutants_of_a_type_are_counted(run: Any) -> None:
    done = run("content", "mutate", "--type", "hid-request", "--root", str(ROOT))

    assert done.status == 0
    assert done.out.startswith("hid-request: ")
    assert "caught" in done.out


def test_as_json_each_mutant_says_what_was_meant_and_found(run: Any) -> None:
    done = run("content", "mutate", "--type", "provider", "--every", "7", "--json", "--root", str(ROOT))

    said = json.loads(done.out)
    assert said["survivors"] == 0
    assert {one["state"] for one in said["mutants"]} <= {"caught", "in company", "cannot be seen"}
    assert all(one["meant"] and one["path"] and one["form"] in ("xml", "json") for one in said["mutants"])


def test_a_part_is_not_written_as_the_whole(run: Any) -> None:
    assert run("content", "mutate", "--write", "--every", "2", "--root", str(ROOT)).status == 2
    assert run("content", "mutate", "--type", "nothing", "--root", str(ROOT)).status == 2
