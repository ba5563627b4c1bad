"""Whether a kind of identifier has a sound shape, an example that keeps it, and a registry that is there."""

import re
from collections.abc import Iterator, Mapping

from termserver.content.code_check import CodeJudge
from termserver.content.known_codes import KnownSystem
from termserver.content.namingsystem_files import NamingSystemSource
from termserver.content.pattern_check import check_pattern
from termserver.content.problems import Problem, error, warning
from termserver.content.system_check import check_identity, check_rule_name, check_titled
from termserver.content.valueset_check import unknown_system
from termserver.model.codes import CodeSystem, Content
from termserver.model.text import Text


def check_naming_system(source: NamingSystemSource, systems: Mapping[str, KnownSystem]) -> Iterator[Problem]:
    """The problems of one naming system."""
    values, system = source.values, source.naming_system
    yield from check_identity(values, source.file, [source.file.rsplit("/", 1)[1].removesuffix(".yaml")])
    yield from check_titled(values, ("title", "shape_says", "remark"))
    yield from check_pattern(source.file, values.place("shape"), "shape", system.shape)
    yield from check_rule_name(values, system.shape)
    yield from _example(source)
    if system.shape and not (system.shape_says.fa and system.shape_says.en):
        yield warning(
            source.file,
            values.place("shape"),
            "identifier.shape-unsaid",
            Text(
                fa="shape_says نمی‌گوید این شکل به زبان مردم چیست.", en="'shape_says' does not say the shape in words."
            ),
            Text(fa="مانند «ده رقم»، به فارسی و انگلیسی.", en="Write it in Persian and English, as in 'ten digits'."),
        )
    if system.registry and system.registry not in systems:
        yield unknown_system(
            source.file, values.place("registry"), "identifier.unknown-registry", system.registry, systems
        )


def _example(source: NamingSystemSource) -> Iterator[Problem]:
    system = source.naming_system
    if not system.example:
        return
    shape = CodeSystem(
        system.id, system.url, system.title, "", Content.FRAGMENT, shape=system.shape, check=system.check
    )
    try:
        re.compile(system.shape)
    except re.error:
        return  # said by pattern_check
    wrong = CodeJudge(shape).wrong(system.example.zfill(system.pad_to))
    if wrong:
        _, message, hint = wrong
        yield error(
            source.file,
            source.values.place("example"),
            "identifier.example",
            Text(
                fa=f"نمونهٔ «{system.example}» قاعدهٔ خود را نگه نمی‌دارد. {message.fa}",
                en=f"The example '{system.example}' breaks its own rule. {message.en}",
            ),
            hint,
        )
