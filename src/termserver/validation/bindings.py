"""Judging one coded element: is the system one of the field's, is the code in it on that day, is the label right."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from termserver.model import check_digits
from termserver.model.codes import CodeSystem, Kind
from termserver.model.days import Day
from termserver.model.findings import Layer, Severity
from termserver.model.fold import key
from termserver.model.ports import Codes, CodeState
from termserver.model.text import Text

if TYPE_CHECKING:
    from termserver.validation.registries import Registries

MAPPING_ERROR = 2
"""The SEPAS category of coding errors: "Please check correct coding at maxa.behdasht.gov.ir"."""

_LABEL_LENGTH = 120
_SPELT_LENGTH = 20
SEPARATORS = ".-/"
"""The signs between the parts of codes: E11.9, 2345-7, 8010/3."""


class Problem(NamedTuple):
    """A finding without its place; ``member`` is the member of the element it points at, empty for the element."""

    rule: str
    severity: Severity
    message: Text
    hint: Text | None = None
    member: str = ""
    category: int | None = MAPPING_ERROR
    layer: Layer = Layer.CODE


class Judged(NamedTuple):
    """What is to be said about a coded element; ``unchecked`` names the system that could not answer."""

    problems: tuple[Problem, ...] = ()
    unchecked: str = ""


FINE = Judged()


class Binding(NamedTuple):
    """The ids of a field's binding, told apart: code systems, and value sets with the systems they draw from."""

    systems: frozenset[str]
    value_sets: tuple[tuple[str, frozenset[str]], ...]

    @classmethod
    def of(cls, ids: Sequence[str], codes: Codes) -> "Binding":
        systems, value_sets = set(), []
        for id in ids:
            known = codes.system(id)
            drawn = codes.value_set_systems(id) if known is None else None
            if drawn is None:
                systems.add(known.id if known else id)
            else:
                value_sets.append((id, frozenset(drawn)))
        return cls(frozenset(systems), tuple(value_sets))

    def allowed(self) -> list[str]:
        return sorted(self.systems.union(*(drawn for _, drawn in self.value_sets)))

    def __bool__(self) -> bool:
        return bool(self.systems or self.value_sets)


class CodedElements:
    """Judges coded elements against one terminology; without state, safe to share."""

    def __init__(self, codes: Codes, registries: "Registries") -> None:
        self._codes = codes
        self._registries = registries

    def is_timeless(self, terminology_id: str, code: str) -> bool:
        """Whether the code stands the same on every day, as nearly all do."""
        system = self._codes.system(terminology_id)
        if system is None:
            return True
        if system.kind is Kind.REGISTRY and not self._registries.is_timeless(system, code):
            return False
        first = self._codes.state(system.id, code, "0001-01-01")
        return first != CodeState.NOT_IN_FORCE and first == self._codes.state(system.id, code, "9999-12-31")

    def judge(self, binding: Binding, terminology_id: str, code: str, label: str, day: Day) -> Judged:
        system = self._codes.system(terminology_id)
        if system is None:
            return self._unknown_system(binding, terminology_id)
        if (
            binding
            and system.id not in binding.systems
            and not any(system.id in drawn for _, drawn in binding.value_sets)
        ):
            return self._foreign_system(binding, system, code)
        problems = list(self._spelling(system, terminology_id))
        state = self._codes.state(system.id, code, day)
        if state in (CodeState.OK, CodeState.RETIRED, CodeState.NOT_IN_FORCE):
            if system.kind is Kind.REGISTRY:
                problems += self._registries.judge_code(system, code, day).problems
            else:
                problems += self._standing(system, code, state)
            problems += self._outside(binding, system, code)
            problems += self._label(system, code, label)
            return Judged(tuple(problems))
        if problem := self._swapped(system, code, label, state, day):
            return Judged((*problems, problem))
        if problem := self._lost_zero(system, code, day):
            return Judged((*problems, problem))
        if state == CodeState.NOT_PRESENT:
            # the form alone may tell that it is not one of the field's (a morphology in the topography's place)
            return Judged((*problems, *self._outside(binding, system, code)), _name(system))
        if system.kind is Kind.REGISTRY and state in (CodeState.UNLISTED, CodeState.UNKNOWN):
            entry = self._registries.judge_code(system, code, day)
            return Judged((*problems, *entry.problems), _name(system) if state == CodeState.UNLISTED else "")
        if state == CodeState.UNLISTED:
            return Judged((*problems, self._unlisted(system, code, label)), _name(system))
        return Judged((*problems, self._wrong(system, code, label, state, day)))

    def judge_plain(self, binding: Binding, code: str, day: Day) -> Judged:
        """The problems of a plain value that is a code itself: it is right if it is in one of the systems.

        Where one of them is not here, nothing can be said against it.
        """
        wrong: tuple[CodeSystem, str] | None = None
        unlisted: CodeSystem | None = None
        unchecked = ""
        for id in binding.allowed():
            system = self._codes.system(id)
            if system is None:
                unchecked = unchecked or id
                continue
            state = self._codes.state(system.id, code, day)
            if state in (CodeState.OK, CodeState.RETIRED, CodeState.NOT_IN_FORCE):
                return _plain([*self._standing(system, code, state), *self._outside(binding, system, code)])
            if problem := self._lost_zero(system, code, day):
                return _plain([problem])
            if state == CodeState.NOT_PRESENT:
                unchecked = unchecked or _name(system)
            elif state == CodeState.UNLISTED:
                unlisted = unlisted or system
            elif wrong is None or state != CodeState.BAD_SHAPE:
                wrong = (system, state)
        if unchecked:
            return Judged((), unchecked)
        if unlisted is not None:
            return _plain([self._unlisted(unlisted, code, "")], _name(unlisted))
        return _plain([self._wrong(wrong[0], code, "", wrong[1], day)]) if wrong else FINE

    def _unknown_system(self, binding: Binding, terminology_id: str) -> Judged:
        allowed = self._names(binding)
        severity = Severity.ERROR if binding else Severity.WARNING
        problem = Problem(
            "code.system-unknown",
            severity,
            Text(
                fa=f"نظام کدگذاری «{terminology_id[:_LABEL_LENGTH]}» شناخته نیست.",
                en=f"The code system '{terminology_id[:_LABEL_LENGTH]}' is not known.",
            ),
            Text(fa=f"در این فیلد: {allowed}", en=f"This field takes {allowed}.") if allowed else None,
            "Terminology_id",
        )
        return Judged((problem,), terminology_id[:_LABEL_LENGTH])

    def _foreign_system(self, binding: Binding, system: CodeSystem, code: str) -> Judged:
        allowed = self._names(binding)
        problem = Problem(
            "code.system-not-allowed",
            Severity.ERROR,
            Text(
                fa=f"کد این فیلد نباید از {_name(system)} باشد.",
                en=f"The code of this field may not come from {_name(system)}.",
            ),
            Text(fa=f"یکی از این نظام‌ها: {allowed}", en=f"Use {allowed}."),
            "Terminology_id",
        )
        return Judged((problem,), _name(system))

    def _spelling(self, system: CodeSystem, terminology_id: str) -> Sequence[Problem]:
        canonical = _name(system)
        if terminology_id in (canonical, system.url, system.oid) or not canonical:
            return ()
        return (
            Problem(
                "code.system-spelling",
                Severity.INFORMATION,
                Text(
                    fa=f"نام این نظام کدگذاری {canonical} نوشته می‌شود.",
                    en=f"This code system is written {canonical}.",
                ),
                Text(fa=f"{canonical} بنویسید.", en=f"Write {canonical}."),
                "Terminology_id",
                None,
            ),
        )

    def _standing(self, system: CodeSystem, code: str, state: str) -> Sequence[Problem]:
        if state == CodeState.OK:
            return ()
        successors = self._codes.replaced_by(system.id, code)
        hint = None
        if successors:
            listed = "، ".join(successors)
            hint = Text(fa=f"به جای آن: {listed}", en=f"Use {', '.join(successors)} instead.")
        if state == CodeState.RETIRED:
            said = Text(fa=f"این کد {_name(system)} بازنشسته است.", en=f"This code of {_name(system)} is retired.")
            return (Problem("code.retired", Severity.WARNING, said, hint, "Coded_string"),)
        said = Text(
            fa=f"این کد {_name(system)} در تاریخ سند در اعتبار نبود.",
            en=f"This code of {_name(system)} was not in force on the day of the document.",
        )
        return (Problem("code.not-in-force", Severity.ERROR, said, hint, "Coded_string"),)

    def _outside(self, binding: Binding, system: CodeSystem, code: str) -> Sequence[Problem]:
        if system.id in binding.systems or not binding.value_sets:
            return ()
        answers = [
            self._codes.in_value_set(id, system.id, code) for id, drawn in binding.value_sets if system.id in drawn
        ]
        if not answers or any(answer is not False for answer in answers):
            return ()
        names = ", ".join(id for id, _ in binding.value_sets)
        return (
            Problem(
                "code.not-in-value-set",
                Severity.ERROR,
                Text(
                    fa=f"این کد {_name(system)} در مجموعهٔ مجاز این فیلد ({names}) نیست.",
                    en=f"This code of {_name(system)} is not in the value set of this field ({names}).",
                ),
                None,
                "Coded_string",
            ),
        )

    def _label(self, system: CodeSystem, code: str, label: str) -> Sequence[Problem]:
        if not label:
            return ()
        known = self._codes.displays(system.id, code)
        folded = key(label)
        if not known or any(key(name) == folded for name in known):
            return ()
        return (
            Problem(
                "code.display",
                Severity.WARNING,
                Text(
                    fa=f"برچسب با کد نمی‌خواند؛ نام این کد «{known[0]}» است.",
                    en=f"The label does not fit the code; its name is '{known[0]}'.",
                ),
                Text(fa="کد و برچسب را با هم بسنجید.", en="Check which of the two is meant."),
                "Value",
            ),
        )

    def _swapped(self, system: CodeSystem, code: str, label: str, state: str, day: Day) -> Problem | None:
        """Whether label and code stand in each other's place."""
        if not label or label == code:
            return None
        if self._codes.state(system.id, label, day) != CodeState.OK and not (
            state == CodeState.BAD_SHAPE
            and system.shape
            and self._codes.state(system.id, label, day) in (CodeState.NOT_PRESENT, CodeState.UNLISTED)
            and any(sign.isdigit() for sign in label)
        ):
            return None
        return Problem(
            "code.swapped",
            Severity.ERROR,
            Text(fa="کد در جای برچسب و برچسب در جای کد نشسته است.", en="Value and Coded_string are swapped."),
            Text(
                fa="کد را در Coded_string و برچسب را در Value بنویسید.",
                en="Put the code into Coded_string and the label into Value.",
            ),
        )

    def _lost_zero(self, system: CodeSystem, code: str, day: Day) -> Problem | None:
        """Whether the code is one that has lost its leading zeros ("19" for county "019")."""
        if not code.isdigit() or not code.isascii() or len(code) > 20:
            return None
        for width in range(len(code) + 1, len(code) + 6):
            padded = code.zfill(width)
            if self._codes.state(system.id, padded, day) == CodeState.OK:
                return Problem(
                    "code.width",
                    Severity.ERROR,
                    Text(fa="صفر آغازین کد گم شده است.", en="The code has lost its leading zero."),
                    Text(
                        fa=f"{padded} بنویسید؛ کدها متن‌اند نه عدد.", en=f"Write {padded}; codes are text, not numbers."
                    ),
                    "Coded_string",
                )
        return None

    def _unlisted(self, system: CodeSystem, code: str, label: str) -> Problem:
        return Problem(
            "code.unlisted",
            Severity.WARNING,
            Text(
                fa=f"این کد در بخشی از {_name(system)} که اینجاست نیست؛ فهرست کامل نیست و درستی آن دانسته نشد.",
                en=f"This code is not in the part of {_name(system)} that is here; the list is partial; not checked.",
            ),
            self._nearest(system, code, label),
            "Coded_string",
        )

    def _wrong(self, system: CodeSystem, code: str, label: str, state: str, day: Day) -> Problem:
        name = _name(system)
        hint = self._nearest(system, code, label)
        if state == CodeState.BAD_SHAPE:
            said = Text(fa=f"این متن شکل یک کد {name} را ندارد.", en=f"This does not have the form of {name} codes.")
            hint = hint or self._respelt(system, code, day) or _example(system)
            return Problem("code.shape", Severity.ERROR, said, hint)
        if state == CodeState.BAD_CHECK:
            expected = check_digits.EXPECTED[system.check](code) if system.check in check_digits.EXPECTED else ""
            said = Text(fa=f"رقم کنترل این کد {name} درست نیست.", en=f"The check digit of this {name} code is wrong.")
            if expected:
                hint = Text(
                    fa=f"اگر ارقام دیگر درست‌اند رقم کنترل {expected} است.",
                    en=f"If the other digits are right it is {expected}.",
                )
            return Problem("code.check-digit", Severity.ERROR, said, hint, "Coded_string")
        return Problem(
            "code.unknown",
            Severity.ERROR,
            Text(fa=f"این کد در {name} نیست.", en=f"There is no such code in {name}."),
            hint,
            "Coded_string",
        )

    def _nearest(self, system: CodeSystem, code: str, label: str) -> Text | None:
        near = self._codes.nearest(system.id, code, label)
        if near is None:
            return None
        return Text(fa=f"آیا منظور {near[0]} «{near[1]}» بود؟", en=f"Did you mean {near[0]} ({near[1]})?")

    def _respelt(self, system: CodeSystem, code: str, day: Day) -> Text | None:
        """The code in the spelling of its system: other letters, or its separators put in or left out."""
        if len(code) > _SPELT_LENGTH:
            return None
        possible = (CodeState.OK, CodeState.NOT_PRESENT, CodeState.UNLISTED)
        found = {state: spelt for spelt in spellings(code) if (state := self._codes.state(system.id, spelt, day))}
        spelt = next((found[state] for state in possible if state in found), "")
        return Text(fa=f"آن را {spelt} بنویسید.", en=f"Write {spelt}.") if spelt else None

    def _names(self, binding: Binding) -> str:
        known = (self._codes.system(id) for id in binding.allowed())
        return ", ".join(_name(system) for system in known if system)


def _plain(problems: Sequence[Problem], unchecked: str = "") -> Judged:
    """The problems of a plain value: they point at it, for it has no members."""
    return Judged(tuple(problem._replace(member="") for problem in problems), unchecked)


def spellings(code: str) -> list[str]:
    """The code without blanks, in capital and in small letters, without separators, and with one at every place.

    The likelier ones come last.
    """
    bare = "".join(code.split())
    joined = "".join(sign for sign in bare if sign not in SEPARATORS)
    cases = list(dict.fromkeys(spelt for text in (joined, bare) for spelt in (text.lower(), text.upper(), text)))
    parted = [
        f"{text[:at]}{sign}{text[at:]}"
        for text in dict.fromkeys((joined.lower(), joined.upper(), joined))
        for sign in reversed(SEPARATORS)
        for at in range(1, len(text))
    ]
    return [*parted, *cases]


def _example(system: CodeSystem) -> Text:
    """How a code of the system looks, in the words of its title."""
    title = Text(fa=system.title.fa or _name(system), en=system.title.en or _name(system))
    if not system.example:
        return Text(fa=f"کد را از فهرست «{title.fa}» بردارید.", en=f"Take the code from the list '{title.en}'.")
    return Text(
        fa=f"کدهای «{title.fa}» چنین نوشته می‌شوند: {system.example}",
        en=f"Codes of '{title.en}' are written like {system.example}.",
    )


def _name(system: CodeSystem) -> str:
    """The system as the wire writes it."""
    return system.native_id or system.id
