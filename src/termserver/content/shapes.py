"""The shapes that the classes of a document type take: as they are described, and stricter at some paths.

A class that is said more strictly at a path (``TotalCharge`` must be there in a bill's summary,
not everywhere) takes a shape of its own there; the same strictness at two paths is one shape.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from termserver.model.documents import DocumentType, Field, Use
from termserver.model.values import replace

Strictness = tuple[bool, int | None, int | None, str, int | None]


@dataclass(frozen=True, slots=True)
class Member:
    """A field in a shape; ``shape`` names the shape of its class and is empty for a plain value."""

    field: Field
    shape: str = ""

    @property
    def required(self) -> bool:
        """Whether a value must be there; an empty one (nil, null, "") is none."""
        return self.field.use == Use.REQUIRED

    @property
    def nillable(self) -> bool:
        """Whether XML may send it empty with ``xsi:nil``."""
        return self.field.nillable and not self.required


@dataclass(frozen=True, slots=True)
class Shape:
    """A class as it is at the path where it was met; ``stricter`` tells whether it differs from its class.

    ``own`` are the fields of the class itself, ``members`` those of its bases too; ``forms`` are
    the classes derived from it, which a document may send in its place.
    """

    name: str
    class_name: str
    stricter: bool
    base: str
    namespace: str
    own: tuple[Member, ...]
    members: tuple[Member, ...]
    forms: tuple[str, ...]

    @property
    def opaque(self) -> bool:
        """Whether the inside of the class is not described and may hold anything."""
        return not self.members and not self.base and not self.forms


def shapes(document_type: DocumentType) -> dict[str, Shape]:
    """Every shape of the document type, by name; that of the whole document bears the name of the root class."""
    shaping = _Shaping(document_type)
    shaping.visit("", document_type.root)
    return dict(sorted(shaping.shapes.items()))


def strictness(field: Field) -> Strictness:
    """What a schema can say about the field; the rest is said of it elsewhere."""
    return (field.use == Use.REQUIRED, field.minimum, field.maximum, field.pattern, field.max_length)


class _Shaping:
    def __init__(self, document_type: DocumentType) -> None:
        self.type = document_type
        self.shapes: dict[str, Shape] = {}
        self._names: dict[tuple[str, frozenset[tuple[str, Strictness]]], str] = {}
        self._strict = dict(self._stricter())

    def visit(self, path: str | None, class_name: str) -> str:
        """The name of the shape that the class takes at ``path`` (None: as it is described), made when first met."""
        prefix = f"{path}." if path else ""
        below = {at: said for at, said in self._strict.items() if path is not None and at.startswith(prefix)}
        key = (class_name, frozenset((at[len(prefix) :], said) for at, said in below.items()))
        if key not in self._names:
            name = f"{class_name}.{path}" if below and path else class_name
            self._names[key] = name
            self.shapes[name] = self._shape(name, path if below else None, class_name)
        return self._names[key]

    def _shape(self, name: str, path: str | None, class_name: str) -> Shape:
        known = self.type.classes[class_name]
        own_names = {field.name for field in known.fields}
        members = []
        for plain in self.type.fields_of(class_name):
            here = None if path is None else f"{path}.{plain.name}" if path else plain.name
            said = plain if here is None else self.type.at.get(here, plain)
            field = replace(said, type=plain.type, repeats=plain.repeats)
            members.append(Member(field, self.visit(here, field.type) if field.type in self.type.classes else ""))
        forms = tuple(other for other in self.type.classes if self._derived(other, class_name))
        for other in (*forms, *([known.base] if known.base else [])):
            self.visit(None, other)
        return Shape(
            name=name,
            class_name=class_name,
            stricter=path is not None,
            base=known.base,
            namespace=known.namespace,
            own=tuple(member for member in members if member.field.name in own_names),
            members=tuple(members),
            forms=forms,
        )

    def _derived(self, name: str, base: str) -> bool:
        above = self.type.classes[name].base
        return bool(above) and (above == base or self._derived(above, base))

    def _stricter(self) -> Iterator[tuple[str, Strictness]]:
        for path, said in self.type.at.items():
            plain = self._in_class(path)
            if plain is not None and strictness(said) != strictness(plain):
                yield path, strictness(said)

    def _in_class(self, path: str) -> Field | None:
        here, found = self.type.root, None
        for name in path.split("."):
            if here not in self.type.classes:
                return None
            forms = [here, *(other for other in self.type.classes if self._derived(other, here))]
            found = next((field for form in forms for field in self.type.fields_of(form) if field.name == name), None)
            if found is None:
                return None
            here = found.type
        return found
