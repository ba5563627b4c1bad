"""Whether every name leads to one thing: ids, URLs, native ids, OIDs and aliases, in any case of letters."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from termserver.content.folders import Sources
from termserver.content.problems import Place, Problem, did_you_mean, error
from termserver.content.yaml_files import Values
from termserver.model.codes import CodeSystem, NamingSystem
from termserver.model.text import Text


@dataclass
class _Names:
    """Who was met first under a name; the owner's file and what the name was there."""

    owners: dict[str, tuple[str, str]] = field(default_factory=dict)

    def claim(self, name: str, owner: str, values: Values, key: str, n: int | None = None) -> Iterator[Problem]:
        """Give ``name`` to ``owner``; yield the problem if somebody else has it already."""
        if not name:
            return
        before = self.owners.setdefault(name.lower(), (owner, values.file))
        if before[0] != owner:
            yield error(
                values.file,
                values.place(key, n),
                f"name.duplicate-{key.replace('_', '-')}" if key != "aliases" else "name.duplicate-alias",
                Text(
                    fa=f"نام «{name}» از آنِ «{before[0]}» نیز هست ({before[1]}).",
                    en=f"The name '{name}' also belongs to '{before[0]}' ({before[1]}).",
                ),
                Text(
                    fa="هر نام، در بزرگی و کوچکی حروف یکسان، تنها از آنِ یکی است؛ یکی از دو را پاک یا درست کنید.",
                    en="A name, whatever the case of its letters, leads to one thing only; mend or delete one of them.",
                ),
            )


def check_names(sources: Sources) -> Iterator[Problem]:
    """Names that lead to two things, and names that lead nowhere (``stands_in_for``)."""
    names = _Names()
    for system in sources.systems:
        yield from _of_system(names, system.system, system.values)
    for value_set in sources.value_sets:  # bindings name systems and value sets alike
        yield from _id_and_url(names, value_set.value_set.id, value_set.value_set.url, value_set.values)
    maps = _Names()
    for concept_map in sources.concept_maps:
        yield from maps.claim(concept_map.concept_map.id, concept_map.concept_map.id, concept_map.values, "id")
        yield from names.claim(concept_map.concept_map.url, concept_map.folder, concept_map.values, "url")
    identifiers = _Names()
    for naming_system in sources.naming_systems:
        yield from _of_naming_system(identifiers, names, naming_system.naming_system, naming_system.values)
    yield from _stand_ins(sources)
    yield from _same_version(sources)


def _id_and_url(names: _Names, id: str, url: str, values: Values) -> Iterator[Problem]:
    yield from names.claim(id, id, values, "id")
    yield from names.claim(url, id, values, "url")


def _of_system(names: _Names, system: CodeSystem, values: Values) -> Iterator[Problem]:
    yield from _id_and_url(names, system.id, system.url, values)
    yield from names.claim(system.native_id, system.id, values, "native_id")
    yield from names.claim(system.oid, system.id, values, "oid")
    for n, alias in enumerate(system.aliases):
        yield from names.claim(alias, system.id, values, "aliases", n)


def _of_naming_system(names: _Names, urls: _Names, system: NamingSystem, values: Values) -> Iterator[Problem]:
    yield from names.claim(system.id, system.id, values, "id")
    yield from urls.claim(system.url, f"namingsystems/{system.id}", values, "url")
    for n, alias in enumerate(system.aliases):
        yield from names.claim(alias, system.id, values, "aliases", n)
    for n, triplet in enumerate(system.triplets):
        said = " / ".join((triplet.issuer, triplet.assigner, triplet.type))
        yield from names.claim(said, system.id, values, "triplets", n)


def _stand_ins(sources: Sources) -> Iterator[Problem]:
    known = {source.system.id for source in sources.systems}
    for source in sources.systems:
        said = source.system.stands_in_for
        if said and (said not in known or said == source.system.id):
            yield error(
                source.values.file,
                source.values.place("stands_in_for"),
                "stands-in-for.unknown",
                Text(fa=f"نظام دیگری به نام «{said}» نیست.", en=f"There is no other code system '{said}'."),
                did_you_mean(
                    said, known - {source.system.id}, Text(fa="شناسهٔ پوشه‌ای را بنویسید.", en="Write a folder's id.")
                ),
            )


def _same_version(sources: Sources) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for source in sources.systems:
        before = seen.setdefault((source.system.id, source.system.version), source.folder)
        if before != source.folder and source.folder.startswith(f"codesystems/{source.system.id}"):
            yield error(
                source.values.file,
                source.values.place("version") if "version" in source.values else Place(),
                "name.duplicate-version",
                Text(
                    fa=f"نسخهٔ «{source.system.version}» در {before} نیز هست.",
                    en=f"The version '{source.system.version}' is also that of {before}.",
                ),
                Text(fa="نسل دیگر نسخهٔ دیگری دارد.", en="Another generation has another version."),
            )
