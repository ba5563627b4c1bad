"""The field guide of a document type: every field in Persian and English, with what is asked of it and by whom."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from termserver.content.classes import Classes
from termserver.model.codes import CodeSystem, NamingSystem, ValueSet
from termserver.model.conditions import Node, Path
from termserver.model.documents import DocumentType, Field, Rule, RuleSet, Use
from termserver.model.expressions import ExpressionError, parse, path_of

_DATA_TYPES = {
    "DO_CODED_TEXT": "کد · coded text",
    "DO_CODEABLE_CONCEPT": "کد یا متن · codeable concept",
    "DO_IDENTIFIER": "شناسه · identifier",
    "DO_DATE": "تاریخ · date (Jalali)",
    "DO_TIME": "ساعت · time",
    "DO_DATE_TIME": "تاریخ و ساعت · date and time (Jalali)",
    "DO_QUANTITY": "کمیت · quantity",
    "DO_ORDINAL": "رتبه · ordinal",
    "DO_PROPORTION": "نسبت · proportion",
    "DO_INTERVALINT": "بازه · interval",
    "string": "متن · text",
    "int": "عدد صحیح · whole number",
    "double": "عدد · number",
    "bool": "بله یا خیر · true or false",
    "byte": "دودویی · binary (base64)",
    "DateTime": "زمان · date and time",
    "long": "عدد صحیح بزرگ · whole number (64 bits)",
    "yyyymmdd": "تاریخ هشت‌رقمی · date of eight digits (Jalali yyyymmdd)",
}
_USES = {Use.REQUIRED: "**الزامی · mandatory**", Use.EXPECTED: "مورد انتظار · expected", Use.OPTIONAL: ""}
_COLUMNS = (
    "فیلد · field",
    "فارسی",
    "English",
    "نوع · type",
    "الزام · use",
    "کد · codes",
    "قاعده · rules",
    "منبع · source",
)
_HEAD = f"| {' | '.join(_COLUMNS)} |"
_LINE = "| --- | --- | --- | --- | --- | --- | --- | --- |"


@dataclass(frozen=True, slots=True)
class Names:
    """How what a field may carry is named on the wire, by the ids of the content folders."""

    systems: Mapping[str, CodeSystem]
    value_sets: Mapping[str, ValueSet]
    naming_systems: Mapping[str, NamingSystem]

    def binding(self, name: str) -> str:
        if name in self.systems:
            system = self.systems[name]
            return f"`{system.native_id or system.id}` {system.title.fa}"
        title = self.value_sets[name].title.fa if name in self.value_sets else ""
        return f"`{name}` {title}".rstrip()

    def identifier(self, name: str) -> str:
        known = self.naming_systems.get(name)
        if known is None:
            return f"`{name}`"
        types = dict.fromkeys(triplet.type for triplet in known.triplets)
        return f"{' / '.join(f'`{said}`' for said in types) or f'`{name}`'} {known.title.fa}"


def guide(document_type: DocumentType, rule_sets: Iterable[RuleSet], names: Names) -> bytes:
    """The guide as Markdown. The newest rule set of the type is the one that is shown."""
    mine = [known for known in rule_sets if known.document_type == document_type.id]
    newest = max(mine, key=lambda known: (known.period.start, known.version), default=None)
    rules = newest.rules if newest else ()
    lines = [*_opening(document_type, newest), *_fields(document_type, rules, names)]
    lines += [*_variants(document_type), *_data_types(document_type)]
    lines += _rules(rules)
    return ("\n".join(lines).rstrip("\n") + "\n").encode()


def _opening(document_type: DocumentType, rule_set: RuleSet | None) -> Iterator[str]:
    title = document_type.title
    yield f"# {title.fa} · {title.en}"
    yield ""
    yield "<!-- Generated from schemas/ and validators/ by: termserver content guides -->"
    yield ""
    yield f"`{document_type.id}`, {document_type.version}" + (
        " (provisional · موقت)" if document_type.provisional else ""
    )
    yield ""
    if "xml" in document_type.forms:
        yield f"- XML root · ریشه: `{document_type.root}`"
    else:
        yield "- JSON only · تنها JSON"
    listed = ", ".join(f"`{path}`" for path in document_type.json_markers)
    fallback = f"; else · وگرنه `{document_type.json_fallback}`" if document_type.json_fallback else ""
    yield f"- JSON: known by {listed}{fallback} · با آن شناخته می‌شود"
    if document_type.content_type:
        yield f"- ContentType: `{document_type.content_type}`"
    if document_type.source:
        yield f"- Source · منبع: {document_type.source}"
    if rule_set is not None:
        yield f"- Rules · قاعده‌ها: {rule_set.version}, {len(rule_set.rules)}"
    yield ""
    yield "A **mandatory** field that is missing or empty is an error. An *expected* field that is missing is a"
    yield "warning: real documents carry it, but nobody has written that they must. A mandatory field is not missed"
    yield "where the part that would hold it is not there either."
    yield ""
    yield "نبود یا تهی بودن فیلد **الزامی** خطاست. نبود فیلد «مورد انتظار» هشدار است: اسناد واقعی آن را دارند ولی جایی"
    yield "نوشته نشده که باید داشته باشند. اگر بخشی فرستاده نشود، فیلدهای الزامیِ درون آن هم خواسته نمی‌شود."
    yield ""
    if "xml" in document_type.forms:
        yield "A list (`[]`) is in XML a wrapper with one child per item, named after the class; in JSON a plain array."
        yield "فهرست (`[]`) در XML یک پوشش با فرزندی به نام کلاس برای هر قلم است و در JSON یک آرایهٔ ساده."
        yield ""


def _fields(document_type: DocumentType, rules: Iterable[Rule], names: Names) -> Iterator[str]:
    rows = list(_rows(document_type))
    touched = _touched(document_type, rules, [path for path, _ in rows])
    blocks: dict[str, list[tuple[str, Field]]] = {}
    for path, known in rows:
        blocks.setdefault(_block(document_type, path), []).append((path, known))
    for block, members in blocks.items():
        part = document_type.field(block)
        yield f"## {block}" + (f" · {part.title.fa}" if part else "")
        yield ""
        yield _HEAD
        yield _LINE
        for path, member in members:
            name = path[len(block) + 1 :] if path != block else path
            yield _row(name, member, touched.get(path, ()), names, document_type)
        yield ""


def _block(document_type: DocumentType, path: str) -> str:
    """The part of the document a path is shown with: two levels of the composition, one elsewhere."""
    steps = path.split(".")
    first = document_type.field(steps[0])
    inner = first is not None and first.type.endswith("CompositionVO") and len(steps) > 1
    return ".".join(steps[: 2 if inner else 1])


def _row(name: str, known: Field, rules: Iterable[str], names: Names, document_type: DocumentType) -> str:
    codes = [names.binding(said) for said in known.binding] + [names.identifier(said) for said in known.identifiers]
    bounds = [str(part) if part is not None else "…" for part in (known.minimum, known.maximum)]
    kind = _DATA_TYPES.get(known.type, f"`{known.type}`")
    if bounds != ["…", "…"]:
        kind += f" {bounds[0]} – {bounds[1]}"
    cells = (
        f"`{name}{'[]' if known.repeats else ''}`",
        known.title.fa,
        known.title.en,
        kind + (" (`@`)" if known.attribute and known.type not in document_type.classes else ""),
        _USES[known.use],
        "، ".join(codes),
        " ".join(f"[{rule}](#{_anchor(rule)})" for rule in rules),
        known.source,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _rows(document_type: DocumentType) -> Iterator[tuple[str, Field]]:
    """Every path with its field; a data type is one row, a class inside itself only the rows where more is said."""

    def walk(path: str, class_name: str, above: tuple[str, ...], again: bool) -> Iterator[tuple[str, Field]]:
        for known in _members(document_type, path, class_name):
            here = f"{path}.{known.name}" if path else known.name
            if not again or here in document_type.at:
                yield here, known
            inside = again or known.type in (*above, class_name)
            enter = known.type in document_type.classes and known.type not in _DATA_TYPES
            if enter and (not inside or _said_below(document_type, here)):
                yield from walk(here, known.type, (*above, class_name), inside)

    yield from walk("", document_type.root, (), False)


def _said_below(document_type: DocumentType, path: str) -> bool:
    return any(at.startswith(f"{path}.") for at in document_type.at)


def _members(document_type: DocumentType, path: str, class_name: str) -> Iterator[Field]:
    """The fields of a class in all its forms, as they are said at ``path``."""
    prefix = f"{path}." if path else ""
    for known in Classes(dict(document_type.classes)).members_of(class_name):
        yield document_type.at.get(prefix + known.name, known)


def _touched(document_type: DocumentType, rules: Iterable[Rule], rows: Iterable[str]) -> dict[str, list[str]]:
    """The ids of the rules that look at a row's field or at a part of it, by path."""
    known = set(rows)
    found: dict[str, list[str]] = {}
    for rule in rules:
        for path in _paths(document_type, rule):
            while path and path not in known:
                path = path.rpartition(".")[0]
            if path and rule.id not in found.setdefault(path, []):
                found[path].append(rule.id)
    return found


def _paths(document_type: DocumentType, rule: Rule) -> list[str]:
    found: list[str] = []
    if rule.at:
        with contextlib.suppress(ExpressionError):  # said by the check of the rule set
            found.append(f"{path_of(rule.each, document_type).at}.{rule.at}".strip("."))
    for expression in (rule.when, rule.holds):
        try:
            said = parse(expression, document_type, rule.each) if expression else None
        except ExpressionError:
            continue  # said by the check of the rule set
        found += [path.at for path in _paths_in(said)]
    return list(dict.fromkeys(found))


def _paths_in(said: Any) -> Iterator[Path]:
    if isinstance(said, Path):
        yield said
    if isinstance(said, tuple | list):
        for part in said:
            yield from _paths_in(part)
    elif isinstance(said, Node):
        yield from _paths_in(said.parts())


def _variants(document_type: DocumentType) -> Iterator[str]:
    """The known ways of writing a field wrongly."""
    if not document_type.variants:
        return
    yield "## نوشتارهای نادرست شناخته · known misspellings"
    yield ""
    yield "Accepted with a warning that names the right one · با هشداری که شکل درست را می‌گوید پذیرفته می‌شوند."
    yield ""
    yield "| درست · right | نام دیگر · other names | نوع دیگر · other types | منبع · source |"
    yield "| --- | --- | --- | --- |"
    for one in document_type.variants:
        names, types = (", ".join(f"`{said}`" for said in part) for part in (one.names, one.types))
        yield f"| `{one.path}` | {names} | {types} | {one.source} |"
    yield ""


def _data_types(document_type: DocumentType) -> Iterator[str]:
    yield "## نوع‌های داده · data types"
    yield ""
    yield "| نوع · type | جزء · part | فارسی | English | نوع · type | الزام · use |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name in _DATA_TYPES:
        if name not in document_type.classes:
            continue
        for known in document_type.fields_of(name):
            kind = _DATA_TYPES[known.type]
            if known.minimum is not None or known.maximum is not None:
                kind += f" {known.minimum} – {known.maximum}"
            part = f"`{'@' if known.attribute else ''}{known.name}`"
            yield f"| `{name}` | {part} | {known.title.fa} | {known.title.en} | {kind} | {_USES[known.use]} |"
    yield ""


def _rules(rules: Iterable[Rule]) -> Iterator[str]:
    rules = tuple(rules)
    if not rules:
        return
    yield "## قاعده‌ها · rules"
    yield ""
    for rule in rules:
        yield f"### {rule.id}"
        yield ""
        yield f"{rule.severity} · {rule.says.fa}"
        yield ""
        yield rule.says.en
        yield ""
        if rule.each:
            yield f"- each · هر: `{rule.each}`"
        if rule.when:
            yield f"- when · هرگاه: `{_one_line(rule.when)}`"
        if rule.holds:
            yield f"- holds · باید: `{_one_line(rule.holds)}`"
        if rule.stands_for:
            listed = ", ".join(f"`{name}`" for name in rule.stands_for)
            yield f"- in place of · به جای: {listed} (`{f'{rule.each}.{rule.at}'.strip('.') or '/'}`)"
        for label, words in (
            ("why · چرا", rule.why),
            ("evidence · شاهد", rule.evidence),
            ("source · منبع", rule.source),
        ):
            if words:
                yield f"- {label}: {_one_line(words)}"
        yield ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _anchor(rule: str) -> str:
    return "".join(letter for letter in rule.lower() if letter.isalnum() or letter in "-_")
