"""ICD-9-CM volume 3 (procedures) from CMS's text files: CMS32_DESC_LONG_SG.txt, and the short titles beside it."""

import re
from collections.abc import Sequence
from pathlib import Path

from termserver.importers.taken import Gathering, Notes, Taken, Wishes, digest_of, label, reported
from termserver.importers.text_lines import Source, sources
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept, Content, Designation
from termserver.model.errors import ImportFailed
from termserver.model.text import Text
from termserver.model.values import replace

_LINE = re.compile(r"^([0-9]{2})([0-9]{0,2})\s+(\S.*?)\s*$")
_VERSION = re.compile(r"CMS([0-9]{2})_DESC", re.IGNORECASE)


def read(paths: Sequence[Path], wishes: Wishes) -> Taken:
    """The procedures, ``0001`` of the file as ``00.01``. Raise ImportFailed for another file."""
    files = [one for one in sources(paths, (".txt", ".TXT")) if "_DX" not in one.name.upper()]
    if not files:
        raise ImportFailed(
            "These are the diagnoses of ICD-9-CM; the procedures are in CMS32_DESC_LONG_SG.txt.",
            "این‌ها تشخیص‌های ICD-9-CM است؛ اقدام‌ها در CMS32_DESC_LONG_SG.txt است.",
        )
    files.sort(key=lambda one: "SHORT" in one.name.upper())
    notes = [Notes(one.name, "ICD-9-CM") for one in files]
    gathered = Gathering(notes[0])
    for source, own in zip(files, notes, strict=True):
        gathered.notes = own
        _take(source, gathered, "SHORT" in source.name.upper())
    known = {concept.code for concept in gathered.concepts()}
    concepts = tuple(
        replace(
            one, parents=tuple(code for code in (one.code[:4], one.code[:2]) if code in known and code != one.code)[:1]
        )
        for one in gathered.concepts()
    )
    if not concepts:
        raise ImportFailed(
            f"{files[0].name} has no line such as '0001 Therapeutic ultrasound …'.",
            f"{files[0].name} سطری مانند ‎'0001 Therapeutic ultrasound …'‎ ندارد.",
        )
    edition = next((found[1] for one in files if (found := _VERSION.search(one.name))), "")
    base = wishes.base(
        CodeSystem(
            id="icd9cm-procedures",
            url="http://hl7.org/fhir/sid/icd-9-cm/procedure",
            native_id="ICD-9-CM-Vol3",
            aliases=("icd9cm-vol3", "ICD-9-CM"),
            oid="2.16.840.1.113883.6.104",
            title=Text("اقدام‌های ICD-9-CM (جلد ۳)", "ICD-9-CM procedures (volume 3)"),
            version="",
            content=Content.COMPLETE,
            publisher="CMS, United States",
            shape=r"[0-9]{2}(\.[0-9]{1,2})?",
            weight=90,
        )
    )
    digests = {path.name: digest_of(path) for path in paths if path.is_file()}
    system = replace(
        base,
        version=wishes.version or edition or "not-stated",
        content=Content.COMPLETE,
        source="; ".join(one.name for one in files),
        licence="ICD-9-CM: public domain in the United States.",
    )
    systems = (CodeSystemContent(system, concepts),)
    return Taken(systems, reported(notes, systems, digests), system.id, label(system.version))


def _take(source: Source, gathered: Gathering, short: bool) -> None:
    with source.opened() as file:
        for line, data in enumerate(file, start=1):
            text = _text(data)
            if not text.strip():
                continue
            found = _LINE.match(text)
            if found is None:
                gathered.notes.refuse(
                    line,
                    "",
                    "line.unreadable",
                    f"The line has not the form '0001 title': '{text.strip()[:40]}'.",
                    f"سطر به شکل ‎'0001 عنوان'‎ نیست: «{text.strip()[:40]}».",
                    text.strip(),
                )
                continue
            code = found[1] + (f".{found[2]}" if found[2] else "")
            known = gathered.get(code) if short else None
            if known is not None:
                gathered.notes.landed += 1
                if found[3] != known.display.en:
                    gathered.change(code, designations=(Designation("en", found[3], "short"),))
            else:
                gathered.put(Concept(code, Text(en=found[3])), line)


def _text(data: bytes) -> str:
    """CMS writes Latin-1 where it writes more than ASCII."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
