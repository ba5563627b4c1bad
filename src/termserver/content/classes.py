"""The shared classes of the exchange model: what derives from what, and which field a path names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from termserver.content.problems import Place, Problem, did_you_mean, error
from termserver.model.documents import DocumentClass, Field
from termserver.model.text import Text


@dataclass(slots=True)
class Classes:
    """The shared classes by name, with the places where each is described."""

    by_name: dict[str, DocumentClass] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def forms_of(self, name: str) -> tuple[str, ...]:
        """The class itself and every class derived from it, in the order of the file."""
        found = [name]
        for known in self.by_name.values():
            if known.base in found and known.name not in found:
                found.append(known.name)
        return tuple(found)

    def bases_of(self, name: str) -> tuple[str, ...]:
        """The classes that ``name`` is derived from, nearest first."""
        found: list[str] = []
        while name in self.by_name and (base := self.by_name[name].base) and base not in found:
            found.append(base)
            name = base
        return tuple(found)

    def reachable(self, root: str) -> dict[str, DocumentClass]:
        """Every class that a document with this root may hold, bases and derived forms included, in file order."""
        seen: set[str] = set()
        to_see = [root]
        while to_see:
            name = to_see.pop()
            if name in seen or name not in self.by_name:
                continue
            seen.add(name)
            to_see += [*self.forms_of(name), *self.bases_of(name)]
            to_see += [known.type for known in self.by_name[name].fields]
        return {name: known for name, known in self.by_name.items() if name in seen}

    def field(self, root: str, path: str) -> Field | None:
        """The field at a path below ``root``; members of derived forms are found too."""
        here, found = root, None
        for name in path.split("."):
            found = next((known for known in self.members_of(here) if known.name == name), None)
            if found is None:
                return None
            here = found.type
        return found

    def members_of(self, name: str) -> Iterator[Field]:
        """The fields that a member of this class may hold in any of its forms."""
        owners = [part for form in self.forms_of(name) for part in (*reversed(self.bases_of(form)), form)]
        for owner in dict.fromkeys(owners):
            if owner in self.by_name:
                yield from self.by_name[owner].fields


def unknown_class(file: str, place: Place, name: str, known: Mapping[str, object]) -> Problem:
    return error(
        file,
        place,
        "schema.unknown-class",
        Text(fa=f"کلاس «{name}» شناخته نیست.", en=f"The class '{name}' is not known."),
        did_you_mean(
            name, known, Text(fa="آن را در schemas/classes.csv بیفزایید.", en="Add it to schemas/classes.csv.")
        ),
    )


def unknown_path(file: str, place: Place, path: str, classes: Classes, root: str) -> Problem:
    good, here = path, root
    while good:
        good = good.rpartition(".")[0]
        if good and (known := classes.field(root, good)) is not None:
            here = known.type
            break
    names = [member.name for member in classes.members_of(here)]
    return error(
        file,
        place,
        "schema.unknown-path",
        Text(fa=f"مسیر «{path}» در این سند نیست.", en=f"The path '{path}' is not in this document."),
        did_you_mean(
            path[len(good) :].lstrip(".").split(".")[0],
            names,
            Text(fa=f"پس از «{good}» یکی از: {', '.join(names)}", en=f"After '{good}' use one of: {', '.join(names)}"),
        ),
    )
