"""The XML Schema (1.0) of a document type, made from its field description.

It describes the canonical XML form: the root element in no namespace, everything below it in the
Ministry's, strict order, lists in a wrapper, coded texts and identifiers as attributes. Two
schemas are needed for two namespaces: ``<Root>.xsd`` and one file for each namespace below it.
Numbers take Latin digits only, by a pattern, since engines differ in what a digit is.
"""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from termserver.content.shapes import Member, Shape, shapes
from termserver.model.documents import DocumentType, Field
from termserver.model.text import Text

TYPES_PREFIX = "m"
_XS = "http://www.w3.org/2001/XMLSchema"
_NUMBERS = {
    "int": ("whole-number", "xs:int", "[+\\-]?[0-9]+"),
    "double": ("number", "xs:double", "[+\\-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+\\-]?[0-9]+)?"),
    "DateTime": ("date-time", "xs:dateTime", "[0-9T:.+Z\\-]+"),
}
_SCALARS = {
    "string": "xs:string",
    "bool": "xs:boolean",
    "long": "xs:long",
    "yyyymmdd": "xs:string",
    "byte": "xs:base64Binary",
    "object": "xs:anyType",
    **{scalar: f"{TYPES_PREFIX}:{name}" for scalar, (name, _, _) in _NUMBERS.items()},
}
NON_EMPTY = "non-empty-text"


def xsd_files(document_type: DocumentType) -> dict[str, bytes]:
    """The schema files by name, the first one the root's; the others are imported from it by their relative name."""
    return _Schemas(document_type).files()


def types_file(namespace: str) -> str:
    """The name of the file for a namespace: ``VM.xsd`` for http://thrita.behdasht.gov.ir/VM/."""
    host, *path = namespace.partition("://")[2].strip("/").split("/")
    return f"{path[-1] if path else host.split('.')[0]}.xsd"


class _Schemas:
    def __init__(self, document_type: DocumentType) -> None:
        self.type = document_type
        self.shapes = shapes(document_type)
        self.main = document_type.classes[document_type.root].namespace
        namespaces = dict.fromkeys([self.main, *(self._namespace(shape) for shape in self.shapes.values())])
        self.prefixes = {
            name: TYPES_PREFIX if name == self.main else f"{TYPES_PREFIX}{n}" for n, name in enumerate(namespaces)
        }

    def files(self) -> dict[str, bytes]:
        found = {f"{self.type.root}.xsd": self._root()}
        for namespace in self.prefixes:
            found[types_file(namespace)] = self._types(namespace)
        return {name: ("\n".join(lines) + "\n").encode() for name, lines in found.items()}

    def _namespace(self, shape: Shape) -> str:
        """A class of attributes only stands in no namespace of its own; it is written with the others."""
        return shape.namespace if any(not member.field.attribute for member in shape.members) else self.main

    def _head(self, namespace: str) -> Iterator[str]:
        title = self.type.title
        yield '<?xml version="1.0" encoding="utf-8"?>'
        yield (
            f"<!-- {title.en} {self.type.version}. Generated from schemas/classes.csv and"
            f" schemas/{self.type.id}/{self.type.version}/ by: termserver content schemas -->"
        )
        target = f' targetNamespace="{namespace}" elementFormDefault="qualified"' if namespace else ""
        known = "".join(f' xmlns:{prefix}="{name}"' for name, prefix in self.prefixes.items())
        yield f'<xs:schema xmlns:xs="{_XS}"{known}{target} version="{self.type.version}">'
        for name in self.prefixes:
            if name != namespace:
                yield f'  <xs:import namespace="{name}" schemaLocation="{types_file(name)}"/>'

    def _root(self) -> list[str]:
        root = self.shapes[self.type.root]
        lines = [*self._head("")]
        lines += [f'  <xs:element name="{self.type.root}">', *_titles(self.type.title, 4), "    <xs:complexType>"]
        lines.append("      <xs:sequence>")
        for member in root.members:
            occurs = "" if member.required else ' minOccurs="0"'
            lines.append(f'        <xs:element ref="{TYPES_PREFIX}:{member.field.name}"{occurs}/>')
        lines += ["      </xs:sequence>", "    </xs:complexType>", "  </xs:element>"]
        for name in self._named_in_documents():
            shape = self.shapes[name]
            lines += [
                f'  <xs:complexType name="{name}">',
                "    <xs:complexContent>",
                f'      <xs:extension base="{self._reference(shape)}"/>',
                "    </xs:complexContent>",
                "  </xs:complexType>",
            ]
        lines.append("</xs:schema>")
        return lines

    def _named_in_documents(self) -> Iterable[str]:
        """Classes that an ``xsi:type`` may name; without a prefix it means a type in no namespace."""
        return [name for name, shape in self.shapes.items() if not shape.stricter and (shape.forms or shape.base)]

    def _types(self, namespace: str) -> list[str]:
        lines = [*self._head(namespace)]
        if namespace == self.main:
            lines += _simple_types()
            for member in self.shapes[self.type.root].members:
                lines += self._element(member, 2, occurs=False)
        for name, shape in self.shapes.items():
            if self._namespace(shape) == namespace and name != self.type.root:
                lines += self._complex_type(shape)
        lines.append("</xs:schema>")
        return lines

    def _reference(self, shape: Shape) -> str:
        return f"{self.prefixes[self._namespace(shape)]}:{shape.name}"

    def _complex_type(self, shape: Shape) -> list[str]:
        if shape.opaque:
            return [
                f'  <xs:complexType name="{shape.name}" mixed="true">',
                "    <xs:sequence>",
                '      <xs:any minOccurs="0" maxOccurs="unbounded" processContents="skip"/>',
                "    </xs:sequence>",
                '    <xs:anyAttribute processContents="skip"/>',
                "  </xs:complexType>",
            ]
        lines = [f'  <xs:complexType name="{shape.name}">']
        if shape.base and not shape.stricter:
            lines += [
                "    <xs:complexContent>",
                f'      <xs:extension base="{self._reference(self.shapes[shape.base])}">',
            ]
            lines += self._content(shape.own, 8)
            lines += ["      </xs:extension>", "    </xs:complexContent>"]
        else:
            lines += self._content(shape.members, 4)
        lines.append("  </xs:complexType>")
        return lines

    def _content(self, members: tuple[Member, ...], indent: int) -> list[str]:
        elements = [member for member in members if not member.field.attribute]
        lines = [" " * indent + "<xs:sequence>"] if elements else []
        for member in elements:
            lines += self._element(member, indent + 2)
        lines += [" " * indent + "</xs:sequence>"] if elements else []
        for member in members:
            if member.field.attribute:
                lines += self._value("attribute", member, ' use="required"' if member.required else "", indent)
        return lines

    def _element(self, member: Member, indent: int, occurs: bool = True) -> list[str]:
        said = ' minOccurs="0"' if occurs and not member.required else ""
        if member.nillable:
            said += ' nillable="true"'
        if not member.field.repeats:
            return self._value("element", member, said, indent)
        pad = " " * indent
        least = "" if member.required else ' minOccurs="0"'
        type_name = self._reference(self.shapes[member.shape]) if member.shape else _SCALARS[member.field.type]
        return [
            f'{pad}<xs:element name="{member.field.name}"{said}>',
            *_titles(member.field.title, indent + 2),
            f"{pad}  <xs:complexType>",
            f"{pad}    <xs:sequence>",
            f'{pad}      <xs:element name="{member.field.item}" type="{type_name}"{least} maxOccurs="unbounded"/>',
            f"{pad}    </xs:sequence>",
            f"{pad}  </xs:complexType>",
            f"{pad}</xs:element>",
        ]

    def _value(self, kind: str, member: Member, said: str, indent: int) -> list[str]:
        pad, field = " " * indent, member.field
        facets = [] if member.shape else _facets(field)
        plain_text = field.type == "string" and member.required and not facets
        if member.shape:
            type_name = self._reference(self.shapes[member.shape])
        else:
            type_name = f"{TYPES_PREFIX}:{NON_EMPTY}" if plain_text else _SCALARS[field.type]
        lines = [f'{pad}<xs:{kind} name="{field.name}"{said}' + (">" if facets else f' type="{type_name}">')]
        lines += _titles(field.title, indent + 2)
        if facets:
            lines += [f"{pad}  <xs:simpleType>", f'{pad}    <xs:restriction base="{type_name}">']
            if field.type == "string" and member.required:
                lines.append(f'{pad}      <xs:minLength value="1"/>')
            lines += [f"{pad}      {facet}" for facet in facets]
            lines += [f"{pad}    </xs:restriction>", f"{pad}  </xs:simpleType>"]
        return [*lines, f"{pad}</xs:{kind}>"]


def _facets(field: Field) -> list[str]:
    found = []
    if field.max_length is not None:
        found.append(f'<xs:maxLength value="{field.max_length}"/>')
    if field.pattern:
        found.append(f"<xs:pattern value={quoteattr(field.pattern)}/>")
    if field.minimum is not None:
        found.append(f'<xs:minInclusive value="{field.minimum}"/>')
    if field.maximum is not None:
        found.append(f'<xs:maxInclusive value="{field.maximum}"/>')
    return found


def _simple_types() -> Iterator[str]:
    bases = [(name, base, f'<xs:pattern value="{pattern}"/>') for name, base, pattern in _NUMBERS.values()]
    for name, base, facet in [*bases, (NON_EMPTY, "xs:string", '<xs:minLength value="1"/>')]:
        yield f'  <xs:simpleType name="{name}">'
        yield f'    <xs:restriction base="{base}">'
        yield f"      {facet}"
        yield "    </xs:restriction>"
        yield "  </xs:simpleType>"


def _titles(title: Text, indent: int) -> list[str]:
    pad = " " * indent
    said = [("fa", title.fa), ("en", title.en)]
    return [
        f"{pad}<xs:annotation>",
        *(
            f'{pad}  <xs:documentation xml:lang="{tag}">{escape(words)}</xs:documentation>'
            for tag, words in said
            if words
        ),
        f"{pad}</xs:annotation>",
    ]
