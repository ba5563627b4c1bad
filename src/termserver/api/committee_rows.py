"""What a program sends as a change: files of the content folders, or rows of one code list."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from termserver.api.answers import Problem
from termserver.content.codesystem_files import CONCEPTS
from termserver.model.findings import Severity
from termserver.model.text import Text
from termserver.publication.changesets import ChangeSet
from termserver.publication.editing import CodeList
from termserver.releases.digests import canonical_json


def change_set_of(root: Path, said: Mapping[str, Any], known: ChangeSet | None) -> ChangeSet:
    """The change set that is meant; ``known`` is the one it takes the place of. Raise Problem (400) for neither."""
    if isinstance(said.get("changes"), list):
        return _files(said["changes"])
    listed = said.get("list")
    if isinstance(listed, dict) and isinstance(listed.get("id"), str) and isinstance(listed.get("rows"), list):
        return _rows(CodeList(root, listed["id"], known), listed["rows"])
    raise _wrong(
        'send "changes": [{"path", "before", "after"}] or "list": {"id", "rows": [{"code", …}]}',
        'چنین بفرستید: "changes": [{"path", "before", "after"}] یا "list": {"id", "rows": [{"code", …}]}',
    )


def _files(said: list[Any]) -> ChangeSet:
    """``before`` is the SHA-256 of the file as it was (empty: it was not there), ``after`` its text (null: it goes)."""
    told = []
    for one in said:
        text = one.get("after") if isinstance(one, dict) else 0
        if not isinstance(one, dict) or not isinstance(one.get("path"), str) or not isinstance(text, str | None):
            raise _wrong('a change is {"path", "before", "after"}', 'هر تغییر {"path", "before", "after"} است')
        after = None if text is None else text.encode().decode("latin-1")
        told.append({"path": one["path"], "before": str(one.get("before", "")), "after": after})
    told.sort(key=lambda one: str(one["path"]))
    return ChangeSet.from_bytes(canonical_json({"format": "termserver-changes/1", "changes": told}))


def _rows(known: CodeList, said: list[Any]) -> ChangeSet:
    edited, added, wrong = {}, [], []
    for n, row in enumerate(said):
        if not isinstance(row, dict) or not all(isinstance(text, str) for text in row.values()):
            raise _wrong(f"row {n} is not an object of texts", f"سطر {n} شیئی از متن‌ها نیست")
        if strange := sorted(row.keys() - set(CONCEPTS)):
            names = ", ".join(CONCEPTS)
            raise _wrong(
                f"row {n} has '{strange[0]}'; columns are {names}", f"ستون «{strange[0]}» نیست؛ ستون‌ها: {names}"
            )
        code = row.get("code", "").strip()
        was = code if code in known.rows else ""
        before = dict(zip(CONCEPTS, known.rows.get(code, ()), strict=False))
        cells = known.tidy([row.get(name, before.get(name, "")) for name in CONCEPTS])
        others = [one.get("code", "") for one in said if isinstance(one, dict)]
        remarks = [one for one in known.check(cells, was, others) if one.severity is Severity.ERROR]
        if remarks:
            wrong.append({"row": n, "code": code, "remarks": [one.as_json() for one in remarks]})
        elif was:
            edited[was] = cells
        else:
            added.append(cells)
    if wrong:
        first = wrong[0]["remarks"][0]["message"]
        raise Problem(400, "bad-rows", Text(first["fa"], first["en"]), {"rows": wrong})
    return known.with_rows(edited, added)


def _wrong(en: str, fa: str) -> Problem:
    return Problem(400, "bad-request", Text(f"{fa}.", f"{en[0].upper()}{en[1:]}."))
