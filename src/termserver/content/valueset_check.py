"""Whether a value set names systems and codes that are there."""

from collections.abc import Iterator, Mapping

from termserver.content.known_codes import KnownSystem, meant
from termserver.content.pattern_check import check_pattern
from termserver.content.problems import Place, Problem, did_you_mean, error, warning
from termserver.content.system_check import check_identity, check_titled
from termserver.content.valueset_files import ValueSetSource
from termserver.content.yaml_files import Values
from termserver.model.codes import Content
from termserver.model.text import Text


def check_value_set(source: ValueSetSource, systems: Mapping[str, KnownSystem]) -> Iterator[Problem]:
    """The problems of one value set."""
    values = source.values
    yield from check_identity(values, source.file, [source.file.rsplit("/", 1)[1].removesuffix(".yaml")])
    yield from check_titled(values, ("title",))
    if "include" in values and not values.children("include"):
        yield error(
            source.file,
            values.place("include"),
            "valueset.empty",
            Text(fa="مجموعه هیچ چیز را در بر نمی‌گیرد.", en="The value set includes nothing."),
            Text(fa="زیر include دست‌کم یک system بنویسید.", en="Write at least one 'system' under 'include'."),
        )
    for said in (*values.children("include"), *values.children("exclude")):
        yield from _part(said, systems)


def _part(said: Values, systems: Mapping[str, KnownSystem]) -> Iterator[Problem]:
    yield from check_pattern(said.file, said.place("shape"), "shape", said.text("shape"))
    name = said.text("system")
    if not name:
        return
    known = systems.get(name)
    if known is None:
        yield unknown_system(said.file, said.place("system"), "valueset.unknown-system", name, systems)
        return
    for key in ("codes", "under"):
        for n, code in enumerate(said.words(key)):
            if not known.has(code):
                yield from unknown_code(said.file, said.place(key, n), "valueset.unknown-code", code, known)


def unknown_system(file: str, place: Place, rule: str, name: str, systems: Mapping[str, KnownSystem]) -> Problem:
    """The problem with the id of a code system that is not there."""
    return error(
        file,
        place,
        rule,
        Text(fa=f"نظام کدگذاری «{name}» نیست.", en=f"There is no code system '{name}'."),
        did_you_mean(
            name,
            systems,
            Text(fa="شناسهٔ پوشه‌ای از codesystems را بنویسید.", en="Write the id of a folder of codesystems/."),
        ),
    )


def unknown_code(file: str, place: Place, rule: str, code: str, known: KnownSystem) -> Iterator[Problem]:
    """The problem with a code that a system does not have: an error in a whole list, a warning in a fragment,
    none where the list is not here."""
    if known.system.content == Content.NOT_PRESENT:
        return
    title = known.system.title
    if known.whole:
        yield error(
            file,
            place,
            rule,
            Text(
                fa=f"کد «{code}» در «{title.in_language('fa')}» نیست.",
                en=f"The code '{code}' is not in {title.in_language('en')} ({known.system.id}).",
            ),
            meant(code, known),
        )
    else:
        yield warning(
            file,
            place,
            rule,
            Text(
                fa=f"کد «{code}» در «{title.in_language('fa')}»، که تنها بخشی از آن اینجاست، دیده نمی‌شود.",
                en=f"The code '{code}' is not in the part of {title.in_language('en')} that is here.",
            ),
            meant(code, known),
        )
