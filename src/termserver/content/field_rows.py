"""The rows of a field description: one field a row, each cell checked where it stands."""

import re

from termserver.content.classes import Classes, unknown_class, unknown_path
from termserver.content.csv_files import Row, Table
from termserver.content.problems import Problem, did_you_mean, error
from termserver.model.documents import SCALARS, DocumentClass, Field, Use
from termserver.model.text import Text
from termserver.model.values import replace

ANYTHING = "object"
"""The type of a member that may hold whatever its sender likes; its inside is not looked into."""

_SAYS = (
    "use",
    "binding",
    "identifiers",
    "minimum",
    "maximum",
    "pattern",
    "max_length",
    "sepas_category",
    "title_fa",
    "title_en",
)
CLASS_COLUMNS = (
    *("class", "base", "namespace", "field", "type", "repeats", "attribute", "nillable"),
    *_SAYS,
    "source",
)
FIELD_COLUMNS = ("path", *_SAYS, "evidence", "source")
CODED = ("DO_CODED_TEXT", "DO_CODEABLE_CONCEPT", "string", "int", "long")
"""Types a binding may be said of; of a DO_CODEABLE_CONCEPT it binds the text inside, a plain value is a code itself."""
IDENTIFIED = ("DO_IDENTIFIER", "string")
_NUMBERS = ("int", "long", "double")
_STRICT = ("use", "minimum", "maximum", "pattern", "max_length")
_LENIENT = (Use.OPTIONAL, Use.EXPECTED)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class _Reading:
    """What both tables have in common: the cells that say something about one field."""

    def __init__(self, table: Table, problems: list[Problem]) -> None:
        self.table = table
        self.problems = problems

    def cell(self, row: Row, column: str) -> str:
        return row.cells[self.table.columns.index(column)]

    def wrong(self, row: Row, column: str, rule: str, message: Text, hint: Text) -> None:
        self.problems.append(error(self.table.file, self.table.place(row, column), rule, message, hint))

    def number(self, row: Row, column: str, otherwise: int | None) -> int | None:
        text = self.cell(row, column)
        if not text:
            return otherwise
        if re.fullmatch(r"-?[0-9]{1,15}", text):
            return int(text)
        self.wrong(
            row,
            column,
            "schema.not-a-number",
            Text(fa=f"«{text}» عدد صحیح نیست.", en=f"'{text}' is not a whole number."),
            Text(
                fa="عدد را با رقم‌های لاتین بنویسید یا خانه را خالی بگذارید.",
                en="Write Latin digits, or leave it empty.",
            ),
        )
        return otherwise

    def flag(self, row: Row, column: str) -> bool:
        text = self.cell(row, column)
        if text not in ("", "yes"):
            self.wrong(
                row,
                column,
                "schema.not-a-flag",
                Text(fa=f"«{text}» در «{column}» شناخته نیست.", en=f"'{text}' is not known in '{column}'."),
                Text(fa="yes بنویسید یا خانه را خالی بگذارید.", en="Write yes, or leave it empty."),
            )
        return text == "yes"

    def says(self, row: Row, known: Field, source: str) -> Field:
        """``known`` with what the row says; an empty cell says nothing."""
        found = replace(
            known,
            use=self._use(row, known.use),
            binding=ids(self.cell(row, "binding")) or known.binding,
            identifiers=ids(self.cell(row, "identifiers")) or known.identifiers,
            minimum=self.number(row, "minimum", known.minimum),
            maximum=self.number(row, "maximum", known.maximum),
            pattern=self.cell(row, "pattern") or known.pattern,
            max_length=self.number(row, "max_length", known.max_length),
            sepas_category=self.number(row, "sepas_category", known.sepas_category),
            title=Text(self.cell(row, "title_fa") or known.title.fa, self.cell(row, "title_en") or known.title.en),
            source=source or known.source,
        )
        self._check(row, found)
        return found

    def _use(self, row: Row, otherwise: Use) -> Use:
        text = self.cell(row, "use")
        if text in ("", *Use):
            return Use(text) if text else otherwise
        self.wrong(
            row,
            "use",
            "schema.unknown-use",
            Text(fa=f"«{text}» برای «use» شناخته نیست.", en=f"'{text}' is not known for 'use'."),
            did_you_mean(text, [*Use], Text(fa=f"یکی از این‌ها: {', '.join(Use)}", en=f"Use one of: {', '.join(Use)}")),
        )
        return otherwise

    def _check(self, row: Row, found: Field) -> None:
        for column, wanted, types in (
            ("binding", bool(self.cell(row, "binding")), CODED),
            ("identifiers", bool(self.cell(row, "identifiers")), IDENTIFIED),
            ("minimum", found.minimum is not None, _NUMBERS),
            ("maximum", found.maximum is not None, _NUMBERS),
            ("pattern", bool(found.pattern), ("string",)),
            ("max_length", found.max_length is not None, ("string",)),
        ):
            if wanted and found.type not in types:
                names = ", ".join(types)
                self.wrong(
                    row,
                    column,
                    "schema.not-for-this-type",
                    Text(
                        fa=f"«{column}» برای نوع {found.type} معنا ندارد.",
                        en=f"'{column}' means nothing for the type {found.type}.",
                    ),
                    Text(fa=f"تنها برای {names}؛ خانه را خالی کنید.", en=f"It is for {names}; empty the cell."),
                )
        if found.minimum is not None and found.maximum is not None and found.minimum > found.maximum:
            self.wrong(
                row,
                "minimum",
                "schema.bounds",
                Text(fa="کمینه از بیشینه بزرگ‌تر است.", en="The minimum is greater than the maximum."),
                Text(fa="یکی را درست کنید.", en="Mend one of the two."),
            )
        if found.pattern and not _plain(found.pattern):
            self.wrong(
                row,
                "pattern",
                "schema.pattern",
                Text(
                    fa="این الگو در هر دو زبان طرح‌واره خوانده نمی‌شود.", en="Not every schema engine reads this pattern."
                ),
                Text(
                    fa="رقم را [0-9] بنویسید و از \\d، \\w، ^، $ و نگاه به پس و پیش بپرهیزید.",
                    en="Write digits as [0-9]; use no \\d, \\w, ^, $, lookaround or back reference.",
                ),
            )


class ClassReading(_Reading):
    def classes(self) -> Classes:
        classes = Classes()
        fields: dict[str, list[Field]] = {}
        heads: dict[str, tuple[str, str]] = {}
        last = ""
        for row in self.table.rows:
            name = self.cell(row, "class")
            head = (self.cell(row, "base"), self.cell(row, "namespace"))
            if name not in fields:
                fields[name], heads[name] = [], head
                classes.places[name] = self.table.place(row, "class")
            elif name != last or heads[name] != head:
                self._torn(row, name)
            last = name
            if self.cell(row, "field"):
                self._add(row, fields[name])
        for name, known in fields.items():
            base, namespace = heads[name]
            classes.by_name[name] = DocumentClass(name=name, fields=tuple(known), base=base, namespace=namespace)
        self._check_names(classes)
        return classes

    def _add(self, row: Row, known: list[Field]) -> None:
        name = self.cell(row, "field")
        if not _NAME.fullmatch(name):
            self.wrong(
                row,
                "field",
                "schema.field-name",
                Text(fa=f"«{name}» نام فیلد نیست.", en=f"'{name}' is not a field name."),
                Text(fa="نام را همان‌گونه که فرستاده می‌شود بنویسید.", en="Write the name as it is on the wire."),
            )
        if any(other.name == name for other in known):
            self.wrong(
                row,
                "field",
                "schema.duplicate-field",
                Text(fa=f"فیلد «{name}» دو بار آمده است.", en=f"The field '{name}' is there twice."),
                Text(fa="یکی از دو سطر را پاک کنید.", en="Delete one of the two rows."),
            )
            return
        for column in ("title_fa", "title_en"):
            if not self.cell(row, column):
                self.wrong(
                    row,
                    column,
                    "schema.no-title",
                    Text(fa=f"فیلد «{name}» در «{column}» عنوان ندارد.", en=f"The field '{name}' has no '{column}'."),
                    Text(fa="عنوان فارسی و انگلیسی را بنویسید.", en="Write its Persian and its English title."),
                )
        plain = Field(
            name=name,
            type=self.cell(row, "type"),
            repeats=self.flag(row, "repeats"),
            attribute=self.flag(row, "attribute"),
            nillable=self.flag(row, "nillable"),
        )
        if plain.attribute and (plain.repeats or plain.nillable or plain.type not in SCALARS):
            self.wrong(
                row,
                "attribute",
                "schema.attribute",
                Text(fa=f"«{name}» نمی‌تواند صفت XML باشد.", en=f"'{name}' cannot be an XML attribute."),
                Text(fa="صفت مقداری یگانه و ساده است.", en="An attribute is a single plain value."),
            )
        known.append(self.says(row, plain, self.cell(row, "source")))

    def _torn(self, row: Row, name: str) -> None:
        self.wrong(
            row,
            "class",
            "schema.class-torn",
            Text(
                fa=f"سطرهای کلاس «{name}» پیوسته نیستند یا base و namespace آن یکسان نیست.",
                en=f"The rows of '{name}' do not stand together, or differ in base or namespace.",
            ),
            Text(fa="سطرهای یک کلاس را پشت سر هم بنویسید.", en="Write the rows of a class one after the other."),
        )

    def _check_names(self, classes: Classes) -> None:
        for row in self.table.rows:
            base, type_name = self.cell(row, "base"), self.cell(row, "type")
            if base and base not in classes.by_name:
                self.problems.append(
                    unknown_class(self.table.file, self.table.place(row, "base"), base, classes.by_name)
                )
            if self.cell(row, "field") and type_name not in (*SCALARS, ANYTHING, *classes.by_name):
                known = {**classes.by_name, **dict.fromkeys(SCALARS)}
                self.problems.append(unknown_class(self.table.file, self.table.place(row, "type"), type_name, known))
            name = self.cell(row, "class")
            if name in classes.bases_of(name):
                self.wrong(
                    row,
                    "base",
                    "schema.base-cycle",
                    Text(fa=f"کلاس «{name}» از خودش ساخته شده است.", en=f"The class '{name}' is derived from itself."),
                    Text(fa="base را درست کنید.", en="Mend its base."),
                )


class PathReading(_Reading):
    def __init__(self, table: Table, problems: list[Problem], classes: Classes, root: str) -> None:
        super().__init__(table, problems)
        self.known_classes = classes
        self.root = root

    def fields(self) -> dict[str, Field]:
        found: dict[str, Field] = {}
        for row in self.table.rows:
            path = self.cell(row, "path")
            known = self.known_classes.field(self.root, path)
            if known is None:
                self.problems.append(
                    unknown_path(self.table.file, self.table.place(row, "path"), path, self.known_classes, self.root)
                )
            elif path in found:
                self.wrong(
                    row,
                    "path",
                    "schema.duplicate-field",
                    Text(fa=f"«{path}» دو بار آمده است.", en=f"'{path}' is there twice."),
                    Text(fa="یکی از دو سطر را پاک کنید.", en="Delete one of the two rows."),
                )
            else:
                why = "; ".join(part for part in (self.cell(row, "source"), self.cell(row, "evidence")) if part)
                self._check_forms(row, path)
                found[path] = self.says(row, known, why)
        return found

    def _check_forms(self, row: Row, path: str) -> None:
        """A schema cannot be stricter below a member that has several forms: the document names the form's class."""
        stricter = next((column for column in _STRICT if self.cell(row, column) not in ("", *_LENIENT)), "")
        steps = path.split(".")
        above = [".".join(steps[:n]) for n in range(1, len(steps))]
        for place in above if stricter else ():
            known = self.known_classes.field(self.root, place)
            if known is not None and len(self.known_classes.forms_of(known.type)) > 1:
                self.wrong(
                    row,
                    stricter,
                    "schema.several-forms",
                    Text(
                        fa=f"«{place}» چند شکل دارد و زیر آن نمی‌توان سخت‌گیرتر شد.",
                        en=f"'{place}' has several forms; nothing below it can be said more strictly here.",
                    ),
                    Text(
                        fa="آن را در schemas/classes.csv یا به صورت قاعده بنویسید.",
                        en="Say it in schemas/classes.csv, or write a rule.",
                    ),
                )


def ids(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _plain(pattern: str) -> bool:
    """Whether the XSD, ECMA and Python engines read the pattern alike, in linear time."""
    if not pattern.isascii() or re.search(r"\\[a-zA-Z0-9]|\(\?(?!:)|[\^$](?![^\[]*\])", pattern):
        return False
    try:
        re.compile(pattern)
    except re.error:
        return False
    return not re.search(r"[+*}]\)[+*{]", pattern)
