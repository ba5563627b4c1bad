"""Whether the metadata of a code system are sound, and agree with its tables."""

import re
from collections.abc import Iterable, Iterator

from termserver.content.codesystem_files import SystemSource
from termserver.content.label_check import check_text
from termserver.content.pattern_check import check_pattern
from termserver.content.problems import Problem, did_you_mean, error, warning
from termserver.content.property_check import check_properties, one_of
from termserver.content.yaml_files import Values
from termserver.model.check_digits import EXPECTED
from termserver.model.codes import Content
from termserver.model.text import Text

HIERARCHIES = ("is-a", "part-of", "grouped-by", "classified-with")
"""FHIR CodeSystem.hierarchyMeaning."""


def check_system(source: SystemSource, systems: Iterable[str] = ()) -> list[Problem]:
    """The problems of one ``codesystem.yaml``; ``systems`` are the names that its properties may bind to."""
    values = source.values
    return [
        *check_identity(values, source.folder, source.folder.split("/")[1:]),
        *check_titled(values),
        *_content(source),
        *_codes_said(source),
        *check_properties(values, systems),
    ]


def check_identity(values: Values, where: str, names: list[str]) -> Iterator[Problem]:
    """Whether id (and version of another generation) are those of the folder or file, and the URL is one.

    ``names`` is the folder's name, or the name and the version of another generation.
    """
    id = values.text("id")
    if "id" in values and id != names[0]:
        yield error(
            values.file,
            values.place("id"),
            "id.not-the-folder",
            Text(fa=f"شناسهٔ «{id}» نام «{where}» نیست.", en=f"The id '{id}' is not the name of {where}."),
            Text(fa=f"بنویسید «{names[0]}».", en=f"Write '{names[0]}', or rename it."),
        )
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", names[0]):
        yield error(
            values.file,
            values.place("id"),
            "id.form",
            Text(fa=f"«{names[0]}» نام درستی برای پوشه یا فایل نیست.", en=f"'{names[0]}' is no good name for {where}."),
            Text(
                fa="حروف کوچک لاتین، رقم و خط تیره، مانند country-divisions.",
                en="Use lower-case letters, digits and hyphens, as in country-divisions.",
            ),
        )
    if len(names) > 1 and values.text("version") != names[1]:
        yield error(
            values.file,
            values.place("version"),
            "id.not-the-version",
            Text(
                fa=f"نسخهٔ «{values.text('version')}» نام پوشهٔ {where} نیست.",
                en=f"The version '{values.text('version')}' is not the name of the folder {where}.",
            ),
            Text(fa=f"بنویسید «{names[1]}».", en=f"Write '{names[1]}', or rename the folder."),
        )
    url = values.text("url").replace("${base}", "https://base")
    if "url" in values and not re.fullmatch(r"(https?://|urn:)[!-~]+", url):
        yield error(
            values.file,
            values.place("url"),
            "url.form",
            Text(fa=f"«{values.text('url')}» نشانی کامل نیست.", en=f"'{values.text('url')}' is not an absolute URL."),
            Text(fa=f"مانند ${{base}}/CodeSystem/{names[0]}", en=f"Write it as in ${{base}}/CodeSystem/{names[0]}"),
        )


def check_titled(values: Values, texts: tuple[str, ...] = ("title", "description")) -> Iterator[Problem]:
    """Whether there is a title in both languages, and the texts are written well."""
    title = values.both("title")
    if "title" in values and not (title.fa and title.en):
        missing = "fa" if not title.fa else "en"
        yield error(
            values.file,
            values.place("title"),
            "title.one-language",
            Text(fa=f"عنوان، {missing} ندارد.", en=f"The title has no '{missing}'."),
            Text(fa="عنوان را به فارسی و انگلیسی بنویسید.", en="Write the title in Persian and English."),
        )
    for key in texts:
        yield from check_text(values.file, values.places, key, values.both(key))


def _content(source: SystemSource) -> Iterator[Problem]:
    system, values = source.system, source.values
    count = len(source.tables["concepts.csv"].rows)
    if system.content == Content.COMPLETE and not count:
        yield error(
            values.file,
            values.place("content"),
            "content.empty",
            Text(fa="فهرست «complete» است و هیچ کدی ندارد.", en="The list is said to be complete and has no code."),
            Text(
                fa="concepts.csv را پر کنید یا content را not-present بنویسید.",
                en="Fill concepts.csv, or set content to 'not-present'.",
            ),
        )
    if system.content == Content.NOT_PRESENT and count:
        yield error(
            values.file,
            values.place("content"),
            "content.present",
            Text(
                fa=f"فهرست «not-present» است و {count} کد دارد.",
                en=f"The list is said to be not present and has {count} code(s).",
            ),
            Text(fa="content را fragment یا complete بنویسید.", en="Set content to 'fragment' or 'complete'."),
        )
    if system.content == Content.FRAGMENT and not count:
        yield warning(
            values.file,
            values.place("content"),
            "content.no-fragment",
            Text(fa="فهرست «fragment» است و هیچ کدی ندارد.", en="The list is said to be a fragment and has no code."),
            Text(fa="content را not-present بنویسید.", en="Set content to 'not-present'."),
        )
    if system.closed and not system.closed_evidence:
        yield error(
            values.file,
            values.child("closed").place("known"),
            "closed.no-evidence",
            Text(
                fa="گفته شده که فهرست بسته است و گواهی برای آن نیامده است.",
                en="The list is said to be closed, without evidence.",
            ),
            Text(fa="closed.evidence را بنویسید.", en="Write 'evidence' under 'closed': how do we know?"),
        )
    period = system.period
    if period.start and period.end and period.end < period.start:
        yield error(
            values.file,
            values.child("period").place("end"),
            "date.order",
            Text(fa="دوره پیش از آغازش پایان می‌یابد.", en="The period ends before it begins."),
            Text(fa="دو تاریخ را جابه‌جا یا درست کنید.", en="Swap or mend the two days."),
        )


def _codes_said(source: SystemSource) -> Iterator[Problem]:
    """The keys that speak about the codes: shape, check, hierarchy."""
    system, values = source.system, source.values
    yield from check_pattern(values.file, values.place("shape"), "shape", system.shape)
    yield from check_rule_name(values, system.shape)
    yield from _example(source)
    said = system.hierarchy
    if said and said not in HIERARCHIES:
        yield error(
            values.file,
            values.place("hierarchy"),
            "hierarchy.unknown",
            Text(fa=f"معنای سلسله‌مراتب «{said}» شناخته نیست.", en=f"The hierarchy meaning '{said}' is not known."),
            did_you_mean(said, HIERARCHIES, one_of(HIERARCHIES)),
        )
    if not said and any(row.cells[3] for row in source.tables["concepts.csv"].rows):
        yield warning(
            values.file,
            values.place("hierarchy"),
            "hierarchy.unsaid",
            Text(
                fa="کدها پدر دارند و معنای سلسله‌مراتب گفته نشده است.",
                en="Codes have parents, and what that means is not said.",
            ),
            Text(fa="hierarchy را بنویسید، مانند is-a یا part-of.", en="Write 'hierarchy', as in is-a or part-of."),
        )


def _example(source: SystemSource) -> Iterator[Problem]:
    """Whether the example of a code has the shape of one; a pattern that is none is said by pattern_check."""
    system = source.system
    try:
        fits = re.fullmatch(system.shape, system.example, re.ASCII) if system.shape and system.example else True
    except re.error:
        return
    if not fits:
        yield error(
            source.values.file,
            source.values.place("example"),
            "code.example",
            Text(
                fa=f"نمونهٔ «{system.example}» شکل کدها را ندارد.",
                en=f"The example '{system.example}' has not the shape.",
            ),
            Text(fa="یکی از کدهای نظام را بنویسید.", en="Write a code of the system."),
        )


def check_rule_name(values: Values, shape: str) -> Iterator[Problem]:
    """Whether ``check`` names a known check-digit rule, and stands beside a shape."""
    rule = values.text("check")
    if rule and rule not in EXPECTED:
        yield error(
            values.file,
            values.place("check"),
            "check.unknown",
            Text(fa=f"قاعدهٔ رقم کنترل «{rule}» شناخته نیست.", en=f"The check-digit rule '{rule}' is not known."),
            did_you_mean(rule, EXPECTED, one_of(EXPECTED)),
        )
    elif rule and not shape:
        yield error(
            values.file,
            values.place("check"),
            "check.without-shape",
            Text(fa="رقم کنترل بی shape سنجیده نمی‌شود.", en="A check digit cannot be judged without a shape."),
            Text(fa="shape را بنویسید، مانند ^[0-9]{10}$.", en="Write 'shape', as in ^[0-9]{10}$."),
        )
