"""The professionals of the sample nation: number and group, names of nobody, licences, suspensions, places of work."""

from collections.abc import Iterator

from termserver.model.med_numbers import MARKS
from termserver.registries.sample_chance import Chance, Json, Turns, fact, iso, period
from termserver.registries.sample_lists import Geography, NationalLists
from termserver.registries.sample_names import FAMILIES, MARK, MEN, WOMEN

FIRST_NUMBER = 99_000_000
"""Eight digits, of which the first are 99: real numbers have six."""
MOST = 2_000_000

_PERSON, _CHANGE = 1, 2
_SLOTS = (
    "physician", "dentist", "physician", "midwife", "pharmacist", "physician", "physio", "physician", "midwife", "lab",
    "physician", "dentist", "physician", "pharmacist", "physician", "midwife", "physician", "nutrition", "physician",
    "dentist", "physician", "physio", "physician", "midwife", "foreign",
)  # fmt: skip
_OF_GROUP = {group: [n for n, one in enumerate(_SLOTS) if one == group] for group in MARKS}
_RANK = [_OF_GROUP[group].index(n) for n, group in enumerate(_SLOTS)]
_TITLES = {
    "dentist": "دندانپزشک", "pharmacist": "داروساز", "lab": "علوم آزمایشگاهی", "midwife": "ماما",
    "physio": "فیزیوتراپیست", "nutrition": "کارشناس تغذیه",
}  # fmt: skip
_AT = {
    "physician": ("office", "hospital", "clinic", "special_clinic", "imaging"), "dentist": ("office", "clinic"),
    "pharmacist": ("pharmacy", "pharmacy", "hospital"), "lab": ("lab", "hospital"),
    "midwife": ("workroom", "hospital", "health_centre"), "physio": ("physio", "workroom"),
    "nutrition": ("workroom", "clinic"), "foreign": ("hospital", "clinic"),
}  # fmt: skip
_GENERAL, _PHARMACY = "151212", "151266"
_TAMIN = {_GENERAL: "00100"}
_REASONS = ("disciplinary", "administrative", "conditions", "inquiry", "court", "own-request")
_COUNCIL = "سازمان نظام پزشکی (نمونه)"
_FIVE_YEARS = 1826


def centre_code(n: int) -> str:
    """The id of the n-th centre: a GUID that nobody would draw."""
    return f"00000000-C0DE-4000-8000-{n:012X}"


class People:
    """Every professional by number; the same for the same seed, whatever was asked before."""

    def __init__(self, seed: int, count: int, a_day: int, first_day: int, lists: NationalLists, where: Geography):
        self._chance = Chance(seed)
        self.count = count
        self._first_day = first_day
        self._where = where
        self._specialists = [(c, t) for c, t in lists.specialties.items() if c.startswith("1711") or c[:4] in _CLINICAL]
        self._turns = Turns(self._chance, _CHANGE, count, a_day)
        self._new_a_day = max(1, a_day // 10)

    def code(self, n: int) -> str:
        group = _SLOTS[n % len(_SLOTS)]
        return f"{self._number(n)}{MARKS[group]}"

    @staticmethod
    def _number(n: int) -> int:
        turn, slot = divmod(n, len(_SLOTS))
        return FIRST_NUMBER + turn * len(_OF_GROUP[_SLOTS[slot]]) + _RANK[slot]

    def entries(self, days: int = 0) -> Iterator[Json]:
        """Everybody, as known at the end of the given day."""
        for n in range(self.count + days * self._new_a_day):
            yield self.entry(n, days)

    def changes(self, day: int) -> Iterator[Json]:
        """What is told on a day: those who changed, and those who are new."""
        for event in self._turns.of_day(day):
            yield self.entry(self._turns.whose(event), day)
        for n in range(self.count + (day - 1) * self._new_a_day, self.count + day * self._new_a_day):
            yield self.entry(n, day)

    def entry(self, n: int, days: int) -> Json:
        """The n-th professional as known at the end of the given day."""
        said = self._born(n)
        for event, day in self._turns.events(n, days):
            self._change(said, event, self._first_day + day)
        return said

    def _born(self, n: int) -> Json:
        chance = self._chance.of(_PERSON, n)
        group = _SLOTS[n % len(_SLOTS)]
        code, number = self.code(n), str(self._number(n))
        woman = chance.happens(0.97 if group == "midwife" else 0.45)
        given = chance.pick(WOMEN if woman else MEN)
        family = FAMILIES[int(chance.share() * chance.share() * len(FAMILIES))]
        today = self._first_day
        new = n >= self.count
        began = today + 1 + (n - self.count) // self._new_a_day if new else today - chance.between(30, 12_000)
        age = 9_000 + chance.below(4_000)
        city = self._where.at(chance.share())
        place = self._where.cities[city]
        facts = [
            fact("number", number),
            fact("group", group),
            fact("given-name", given[0]),
            fact("family-name", f"{family[0]} {MARK.fa}"),
            fact("sex", "2" if woman else "1"),
            fact("birth-year", str(1405 - (today - began + age) // 365)),
            fact("national-code-hash", f"hmac:{chance.hexdigits()}"),
            fact("area", place.code),
            fact("city", place.name),
            *self._training(chance, group, began),
            *self._licences(chance, group, code, began, place.code),
        ]
        ended = self._barred(chance, facts, began, new)
        facts += self._workplaces(chance, group, city, began, facts)
        said = {
            "code": code,
            "display": {"fa": f"{given[0]} {family[0]} {MARK.fa}", "en": f"{given[1]} {family[1]} {MARK.en}"},
            "period": period(began, ended),
            "properties": facts,
        }
        if ended is not None:
            said["status"] = "retired"
        if chance.happens(0.03):
            former = FAMILIES[chance.below(len(FAMILIES))][0]
            said["designations"] = [{"language": "fa", "use": "former", "value": f"{given[0]} {former} {MARK.fa}"}]
        return said

    def _training(self, chance: Chance, group: str, began: int) -> Iterator[Json]:
        code, title = "", _TITLES.get(group, "")
        if group == "pharmacist":
            code = _PHARMACY
        elif group in ("physician", "foreign"):
            code, title = (_GENERAL, "پزشک عمومی") if chance.happens(0.55) else chance.pick(self._specialists)
        if code:
            yield fact("specialty", code, period(began))
        if code in _TAMIN:
            yield fact("tamin-specialty", _TAMIN[code])
        yield fact("specialty-title", title)
        record = {"title": title, "institution": f"دانشگاه {MARK.fa}", "specialty": code, "day": iso(began - 60)}
        yield fact("credential", record)

    def _licences(self, chance: Chance, group: str, code: str, began: int, area: str) -> Iterator[Json]:
        def licence(kind: str, number: str) -> Json:
            return {"number": f"{number}-{code}", "kind": kind, "issuer": _COUNCIL, "area": area}

        temporary = group == "foreign" or chance.happens(0.05)
        yield fact("licence", licence("temp" if temporary else "perm", "1"), period(began))
        # renewed every five years; some forget the last time
        last = began + max(0, self._first_day - began) // _FIVE_YEARS * _FIVE_YEARS
        if last > began and chance.happens(0.5):
            yield fact("licence", licence("practice", "2"), period(last - _FIVE_YEARS, last - 1))
        if chance.happens(0.95):
            yield fact("licence", licence("practice", "3"), period(max(began, last), last + _FIVE_YEARS - 1))

    def _barred(self, chance: Chance, facts: list[Json], began: int, new: bool) -> int | None:
        """Suspensions and revocations join the facts; the day on which the entry ended comes back."""
        luck = 1.0 if new else chance.share()
        known = self._first_day - began
        status = "Issued"
        if luck < 0.015:
            start = began + chance.below(max(1, known - 400))
            facts.append(
                fact("suspended", {"reason": chance.pick(_REASONS)}, period(start, start + chance.between(30, 380)))
            )
        elif luck < 0.02:
            start = self._first_day - chance.between(1, 60)
            facts.append(fact("suspended", {"reason": chance.pick(_REASONS)}, period(start, start + 365)))
            status = "Suspended"
        elif luck < 0.023:
            facts.append(
                fact("revoked", {"reason": "disciplinary"}, period(self._first_day - chance.between(1, 2_000)))
            )
            status = "Revoked"
        facts.append(fact("card-status", status))
        return self._first_day - chance.between(1, 900) if 0.023 <= luck < 0.033 else None

    def _workplaces(self, chance: Chance, group: str, city: int, began: int, facts: list[Json]) -> Iterator[Json]:
        specialty = next((said["value"] for said in facts if said["code"] == "specialty"), "")
        met: set[tuple[str, str]] = set()
        for turn in range(1 + chance.happens(0.3) + chance.happens(0.1)):
            kind = chance.pick(_AT[group])
            centre = centre_code(chance.pick(self._where.centres_of(city, kind)))
            role = _role(chance, kind, group)
            start = began + (0 if turn == 0 else chance.below(max(1, self._first_day - began)))
            if (centre, role) not in met:
                met.add((centre, role))
                end = start + chance.between(100, 2_000) if chance.happens(0.1) else None
                yield fact("workplace", {"centre": centre, "role": role, "specialty": specialty}, period(start, end))

    # what happens on a day

    def _change(self, said: Json, event: int, day: int) -> None:
        """Let one change happen to an entry; ``day`` is the number of the day."""
        chance = self._chance.of(_CHANGE, event + 1)
        what = chance.share()
        facts: list[Json] = said["properties"]
        if said.get("status") == "retired":
            said.pop("status")  # come back: a new period, the same person
            said["period"] = {"start": said["period"]["start"]}
        elif what < 0.45:
            self._renew(facts, said["code"], day)
        elif what < 0.75:
            self._move(chance, said, facts, day)
        elif what < 0.85:
            facts.append(
                fact("suspended", {"reason": chance.pick(_REASONS)}, period(day, day + chance.between(30, 365)))
            )
            _state(facts, "Suspended")
        elif what < 0.88:
            facts.append(fact("revoked", {"reason": "disciplinary"}, period(day)))
            _state(facts, "Revoked")
        elif what < 0.93:
            said["status"] = "retired"
            said["period"] = {**said["period"], "end": iso(day)}
        else:
            title = {"title": "دوره تکمیلی", "institution": f"دانشگاه {MARK.fa}", "day": iso(day - 10)}
            facts.append(fact("credential", title))

    @staticmethod
    def _renew(facts: list[Json], code: str, day: int) -> None:
        area = next((one["value"] for one in facts if one["code"] == "area"), "")
        record = {"number": f"{day}-{code}", "kind": "practice", "issuer": _COUNCIL, "area": area}
        for one in facts:
            ends = one.get("period", {}).get("end", "")
            if one["code"] == "licence" and one["value"]["kind"] == "practice" and ends >= iso(day):
                one["period"] = {**one["period"], "end": iso(day - 1)}
                if one["period"]["start"] > one["period"]["end"]:
                    return
        facts.append(fact("licence", record, period(day, day + _FIVE_YEARS - 1)))

    def _move(self, chance: Chance, said: Json, facts: list[Json], day: int) -> None:
        """The first place of work that still lasts ends, and another begins."""
        group = next(one["value"] for one in facts if one["code"] == "group")
        area = next(one["value"] for one in facts if one["code"] == "area")
        city = next(n for n, one in enumerate(self._where.cities) if one.code == area)
        kind = chance.pick(_AT[group])
        centre = centre_code(chance.pick(self._where.centres_of(city, kind)))
        for one in facts:
            if one["code"] == "workplace":
                if one["value"]["centre"] == centre:
                    return
                if "end" not in one["period"] and one["period"]["start"] < iso(day):
                    one["period"] = {**one["period"], "end": iso(day - 1)}
                    break
        record = {"centre": centre, "role": _role(chance, kind, group)}
        facts.append(fact("workplace", record, period(day)))


_CLINICAL = ("1712", "1713")


def _role(chance: Chance, kind: str, group: str) -> str:
    if kind in ("office", "workroom"):
        return "owner"
    if kind in ("pharmacy", "lab", "physio") and chance.happens(0.4):
        return chance.pick(("founder", "technical-responsible"))
    if kind == "hospital" and group == "physician" and chance.happens(0.2):
        return chance.pick(("faculty", "resident"))
    return "staff"


def _state(facts: list[Json], status: str) -> None:
    for one in facts:
        if one["code"] == "card-status":
            one["value"] = status
