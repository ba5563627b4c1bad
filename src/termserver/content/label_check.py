"""Whether a label is written as Persian (or English) is written."""

from termserver.content.letters import is_persian, stray_zwnj, unseen, wrong_in_persian
from termserver.content.problems import Problem, error, warning
from termserver.model.text import Text


def check_label(file: str, place: tuple[int, int], what: str, label: str, language: str) -> list[Problem]:
    """The problems of one label; ``what`` is its column or key, ``place`` where it begins."""
    if not label or (label.isascii() and label.isprintable() and label.strip() == label and "  " not in label):
        return []
    problems = []
    if language.startswith("fa"):
        for wrong in wrong_in_persian(label):
            named = wrong.named()
            problems.append(
                error(
                    file,
                    place,
                    "label.not-persian",
                    Text(
                        fa=f"نویسهٔ {wrong.number} از {what} «{label}»، {named.fa} است.",
                        en=f"Letter {wrong.number} of {what} '{label}' is {_a(named.en)}.",
                    ),
                    wrong.hint(),
                )
            )
        at = stray_zwnj(label)
        if at:
            problems.append(
                warning(
                    file,
                    place,
                    "label.stray-zwnj",
                    Text(
                        fa=f"نیم‌فاصلهٔ نویسهٔ {at} از {what} چیزی را به هم نمی‌پیوندد.",
                        en=f"The zero-width non-joiner at letter {at} of {what} joins nothing.",
                    ),
                    Text(fa="آن را پاک کنید.", en="Delete it."),
                )
            )
    else:
        sign = unseen(label)
        if sign:
            named = sign.named()
            problems.append(
                error(
                    file,
                    place,
                    "label.unseen-sign",
                    Text(
                        fa=f"نویسهٔ {sign.number} از {what}، {named.fa} است.",
                        en=f"Letter {sign.number} of {what} is {_a(named.en)}.",
                    ),
                    sign.hint(),
                )
            )
        if language.startswith("en") and is_persian(label):
            problems.append(
                warning(
                    file,
                    place,
                    "label.persian-in-english",
                    Text(
                        fa=f"{what} به فارسی نوشته شده است: «{label}».", en=f"{what} is written in Persian: '{label}'."
                    ),
                    Text(fa="متن فارسی جای دیگری دارد.", en="Write the Persian text in the Persian column."),
                )
            )
    if label.strip(" ") != label or "  " in label:
        problems.append(
            error(
                file,
                place,
                "label.blanks",
                Text(
                    fa=f"{what} «{label}» در آغاز، پایان یا میان خود فاصلهٔ زیادی دارد.",
                    en=f"There are needless blanks at an end of, or inside, {what} '{label}'.",
                ),
                Text(fa="فاصله‌های زیادی را پاک کنید.", en="Delete the blanks that are too many."),
            )
        )
    return problems


def check_text(file: str, places: dict[str, tuple[int, int]], key: str, text: Text) -> list[Problem]:
    """The problems of a Persian and English text of a YAML file."""
    found: list[Problem] = []
    for language, words in (("fa", text.fa), ("en", text.en)):
        name = f"{key}.{language}"
        for line in words.split("\n"):
            # a YAML text may have lines; each is judged as a label of its own
            found += check_label(file, places.get(name, (1, 1)), name, line.strip(" "), language)
    return found


def _a(name: str) -> str:
    return f"an {name}" if name[0] in "aeiouAEIOU" else f"a {name}"
