"""Which field a name in a rule means, where an object may come in several forms (``xsi:type``)."""

from termserver.model.documents import DocumentType, Field
from termserver.model.expression_words import ExpressionError, nearest


def field_of(document_type: DocumentType, at: str, class_name: str, name: str, any_form: bool = False) -> Field:
    """The field ``name`` of what stands at ``at``, looked for in the class and in its forms.

    ``any_form``: whichever form has it will do. Raise ExpressionError where no form has it, naming the
    nearest, and where forms have it with different types, naming the forms.
    """
    known = _fields(document_type, at, class_name)
    if name in known:
        return known[name]
    forms = document_type.forms_of(class_name) if class_name in document_type.classes else ()
    fields_of_forms = {form: _fields(document_type, at, form) for form in forms}
    others = {form: fields[name] for form, fields in fields_of_forms.items() if name in fields}
    if any_form or len({(other.type, other.repeats) for other in others.values()}) == 1:
        for other in others.values():
            return other
    whole = f"{at}.{name}" if at else name
    if others:
        last = at.rpartition(".")[2]
        said = ", ".join(f'{last}["{form}"].{name}' for form in others)
        raise ExpressionError(
            f"'{whole}' differs in type between forms; name one: {said}.",
            f"«{whole}» در هر شکل نوع دیگری دارد؛ یکی را نام ببرید: {said}.",
        )
    near = nearest(name, [*known, *(other for fields in fields_of_forms.values() for other in fields)])
    raise ExpressionError(
        f"There is no field '{whole}'." + (f" Did you mean '{near}'?" if near else ""),
        f"فیلد «{whole}» نیست." + (f" آیا منظور «{near}» بود؟" if near else ""),
    )


def form_of(document_type: DocumentType, at: str, class_name: str, form: str) -> str:
    """The form that a bracket names; raise ExpressionError, naming the nearest, if the class has none of that name."""
    known = list(document_type.forms_of(class_name)) if class_name in document_type.classes else []
    if form not in known:
        near = nearest(form, known)
        raise ExpressionError(
            f"'{at}' has no form '{form}'." + (f" Did you mean '{near}'?" if near else ""),
            f"«{at}» شکل «{form}» ندارد." + (f" آیا منظور «{near}» بود؟" if near else ""),
        )
    return form


def _fields(document_type: DocumentType, at: str, class_name: str) -> dict[str, Field]:
    if class_name not in document_type.classes:
        return {}
    return {known.name: known for known in document_type.fields_at(at, class_name)}
