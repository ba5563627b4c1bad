"""The field descriptions of ``schemas/``: every shared class once, and what each document type says more strictly.

``schemas/classes.csv`` lists the fields of all classes in the order of the wire,
``schemas/newer-fields.csv`` those that a newer generation of the model adds to them;
``schemas/<type>/<version>/document.yaml`` names a document type and its root class, and
``fields.csv`` beside it says at a path what differs from the class. XSD, JSON Schema, field
guide, bindings and explanations are all made from what is read here.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

from termserver.content.classes import Classes, unknown_class, unknown_path
from termserver.content.csv_files import read_table
from termserver.content.field_rows import CLASS_COLUMNS, FIELD_COLUMNS, ClassReading, PathReading, ids
from termserver.content.newer_fields import add_newer
from termserver.content.problems import START, Place, Problem, did_you_mean, error
from termserver.content.tree import Tree
from termserver.content.yaml_files import BOTH, FLAG, TEXT, WORDS, Keys, Many, Values, read_yaml
from termserver.model.documents import FORMS, SCALARS, DocumentType, Field, Variant, markers
from termserver.model.text import Text

CLASSES_FILE = "schemas/classes.csv"
DOCUMENT = Keys(
    {
        "id": TEXT,
        "version": TEXT,
        "title": BOTH,
        "root": TEXT,
        "json_marker": TEXT,
        "content_type": TEXT,
        "source": TEXT,
        "provisional": FLAG,
        "forms": WORDS,
        "json_fallback": TEXT,
        "open": FLAG,
        "variants": Many(
            Keys({"path": TEXT, "names": WORDS, "types": WORDS, "source": TEXT}, required=("path", "source"))
        ),
    },
    required=("id", "version", "title", "root", "json_marker"),
)


def read_classes(root: Tree | Path, problems: list[Problem]) -> Classes:
    """The classes of ``schemas/classes.csv``; what is wrong joins ``problems``. No file, no classes."""
    tree = root if isinstance(root, Tree) else Tree(root)
    data = tree.read(CLASSES_FILE)
    if data is None:
        return Classes()
    classes = ClassReading(read_table(CLASSES_FILE, data, CLASS_COLUMNS, problems), problems).classes()
    add_newer(tree, classes, problems)
    return classes


def read_document_types(
    root: Tree | Path,
    problems: list[Problem],
    bindings: Collection[str] | None = None,
    identifiers: Collection[str] | None = None,
) -> tuple[DocumentType, ...]:
    """The document types of ``schemas/`` by id and version; what is wrong joins ``problems``.

    ``bindings`` are the known ids of code systems and value sets, ``identifiers`` those of naming
    systems; where they are given, every id said in the descriptions must be among them.
    """
    tree = root if isinstance(root, Tree) else Tree(root)
    classes = read_classes(tree, problems)
    _check_ids(tree, CLASSES_FILE, CLASS_COLUMNS, bindings, identifiers, problems)
    types = []
    for type_id in tree.folders("schemas"):
        for version in tree.folders(f"schemas/{type_id}"):
            folder = f"schemas/{type_id}/{version}"
            found = _read_document_type(tree, folder, classes, problems)
            _check_ids(tree, f"{folder}/fields.csv", FIELD_COLUMNS, bindings, identifiers, problems)
            if found is not None:
                types.append(found)
    return tuple(types)


def _read_document_type(tree: Tree, folder: str, classes: Classes, problems: list[Problem]) -> DocumentType | None:
    file = f"{folder}/document.yaml"
    data = tree.read(file)
    if data is None:
        problems.append(
            error(
                file,
                START,
                "schema.no-document",
                Text(fa="این پوشه document.yaml ندارد.", en="This folder has no document.yaml."),
                Text(fa="آن را بنویسید یا پوشه را پاک کنید.", en="Write it, or delete the folder."),
            )
        )
        return None
    said = read_yaml(file, data, DOCUMENT, problems)
    if said is None:
        return None
    _, type_id, version = folder.split("/")
    for key, folder_name in (("id", type_id), ("version", version)):
        if said.text(key) != folder_name:
            problems.append(
                error(
                    file,
                    said.place(key),
                    "schema.folder-name",
                    Text(
                        fa=f"«{key}» برابر «{said.text(key)}» است و نام پوشه «{folder_name}».",
                        en=f"'{key}' is '{said.text(key)}', but the folder is named '{folder_name}'.",
                    ),
                    Text(fa="یکی را با دیگری یکسان کنید.", en="Make the two the same."),
                )
            )
    root = said.text("root")
    if root not in classes.by_name:
        problems.append(unknown_class(file, said.place("root"), root, classes.by_name))
        return None
    at: dict[str, Field] = {}
    fields_file = f"{folder}/fields.csv"
    fields_data = tree.read(fields_file)
    if fields_data is not None:
        table = read_table(fields_file, fields_data, FIELD_COLUMNS, problems)
        at = PathReading(table, problems, classes, root).fields()
    for key in ("json_marker", "json_fallback"):
        for path in markers(said.text(key)):
            if classes.field(root, path) is None:
                problems.append(unknown_path(file, said.place(key), path, classes, root))
    return DocumentType(
        id=said.text("id"),
        version=said.text("version"),
        title=said.values.get("title", Text()),
        root=root,
        classes=classes.reachable(root),
        at=at,
        json_marker=said.text("json_marker"),
        content_type=said.text("content_type"),
        source=said.text("source"),
        provisional=bool(said.values.get("provisional", False)),
        forms=_forms(said, problems),
        json_fallback=said.text("json_fallback"),
        open=said.flag("open"),
        variants=tuple(_variants(said, classes, root, problems)),
    )


def _variants(said: Values, classes: Classes, root: str, problems: list[Problem]) -> Iterator[Variant]:
    """The known ways of writing a field wrongly; each names a field of the document."""
    for one in said.children("variants"):
        variant = Variant(one.text("path"), one.words("names"), one.words("types"), one.text("source"))
        if classes.field(root, variant.path) is None:
            problems.append(unknown_path(said.file, one.place("path"), variant.path, classes, root))
            continue
        for n, type_name in enumerate(variant.types):
            if type_name not in SCALARS:
                problems.append(unknown_class(said.file, one.place("types", n), type_name, dict.fromkeys(SCALARS)))
        yield variant


def _forms(said: Values, problems: list[Problem]) -> tuple[str, ...]:
    """The forms that a document may be sent in; all of them where nothing is said."""
    for n, form in enumerate(said.words("forms")):
        if form not in FORMS:
            listed = ", ".join(FORMS)
            problems.append(
                error(
                    said.file,
                    said.place("forms", n),
                    "schema.unknown-form",
                    Text(fa=f"شکل «{form}» شناخته نیست.", en=f"The form '{form}' is not known."),
                    Text(fa=f"یکی از این‌ها را بنویسید: {listed}.", en=f"Write one of {listed}."),
                )
            )
    return tuple(form for form in FORMS if form in said.words("forms")) or FORMS


def _check_ids(
    tree: Tree,
    file: str,
    columns: tuple[str, ...],
    bindings: Collection[str] | None,
    identifiers: Collection[str] | None,
    problems: list[Problem],
) -> None:
    data = tree.read(file)
    if data is None:
        return
    table = read_table(file, data, columns, [])
    for row in table.rows:
        for column, known in (("binding", bindings), ("identifiers", identifiers)):
            for name in ids(row.cells[columns.index(column)]) if known is not None else ():
                if name not in (known or ()):
                    problems.append(_unknown_id(file, table.place(row, column), column, name, known or ()))


def _unknown_id(file: str, place: Place, column: str, name: str, known: Collection[str]) -> Problem:
    return error(
        file,
        place,
        f"schema.unknown-{'binding' if column == 'binding' else 'identifier'}",
        Text(fa=f"«{name}» در پوشه‌ها نیست.", en=f"'{name}' is not in the folders."),
        did_you_mean(
            name,
            known,
            Text(fa="شناسهٔ پوشه‌ای از codesystems را بنویسید.", en="Write the id of a folder of codesystems."),
        ),
    )
