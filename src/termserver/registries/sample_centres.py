"""The centres and the software systems of the sample nation: places, licences, contracts, beds, merges and splits."""

from collections.abc import Iterator

from termserver.registries.sample_chance import Chance, Json, Turns, fact, iso, period
from termserver.registries.sample_lists import Geography, NationalLists
from termserver.registries.sample_names import CALLED, MARK
from termserver.registries.sample_people import centre_code

_CENTRE, _CHANGE, _SYSTEM, _SYSTEM_CHANGE = 3, 4, 5, 6
_PRIVATE = frozenset(("office", "workroom", "pharmacy", "optics", "physio", "counselling"))
_STATE = frozenset(("health_centre", "health_post", "health_house", "education", "research"))
_LARGE = frozenset(("hospital", "polyclinic", "limited_surgery"))
_ORGANISATION = {"hospital": "5", "health_centre": "26", "clinic": "32"}
_UNITS = ("pharmacy", "lab", "imaging")
_REASONS = ("conditions", "administrative", "inquiry", "own-request")
_YEAR = 365


class Centres:
    """Every centre by number. One in a hundred has been merged into its neighbour of the same kind."""

    def __init__(self, seed: int, count: int, a_day: int, first_day: int, lists: NationalLists, where: Geography):
        self._chance = Chance(seed)
        self.count = count
        self._first_day = first_day
        self._where = where
        self._lists = lists
        self._turns = Turns(self._chance, _CHANGE, count, a_day)
        self._new_a_day = max(1, a_day // 20)

    def entries(self, days: int = 0) -> Iterator[Json]:
        """Every centre, as known at the end of the given day."""
        for n in range(self.count + days * self._new_a_day):
            yield self.entry(n, days)

    def changes(self, day: int) -> Iterator[Json]:
        """What is told on a day; a merged centre is closed and its successor names it."""
        told: set[int] = set()
        for event in self._turns.of_day(day):
            n = self._turns.whose(event)
            if n in told:
                continue
            told.add(n)
            closed = self._closed_before(n, day)
            if closed is not None:
                if closed == day:
                    after = n + 1
                    yield {
                        "code": centre_code(n),
                        "closed": iso(self._first_day + day),
                        "replaced_by": [centre_code(after)],
                    }
                    told.add(after)
                    yield self.entry(after, day)
                continue
            yield self.entry(n, day)
        for n in range(self.count + (day - 1) * self._new_a_day, self.count + day * self._new_a_day):
            yield self.entry(n, day)

    def entry(self, n: int, days: int) -> Json:
        """The n-th centre as known at the end of the given day."""
        said = self._born(n)
        facts: list[Json] = said["properties"]
        ends = self._closed_before(n, days)
        for event, day in self._turns.events(n, days):
            if ends is not None and day >= ends:
                break
            self._change(facts, n, event, self._first_day + day)
        before = self._closed_before(n - 1, days) if n and self._can_merge(n - 1) else None
        if before is not None:
            day_of = iso(self._closing_day(n - 1, before))
            facts.append(fact("predecessor", {"centre": centre_code(n - 1), "reason": "merge", "day": day_of}))
        if ends is not None:
            self._close(said, facts, n, self._closing_day(n, ends))
        return said

    # merges

    def _can_merge(self, n: int) -> bool:
        """Whether the neighbour is of the same kind in the same city, and is not to be merged itself."""
        where = self._where
        return (
            n % 50 == 7
            and n + 1 < self.count
            and where.city_of(n) == where.city_of(n + 1)
            and where.type_of(n) == where.type_of(n + 1)
        )

    def _closed_before(self, n: int, days: int) -> int | None:
        """The day of the sample on which a centre was merged (0: before the first), if it was by then."""
        if not self._can_merge(n):
            return None
        if self._chance.of(_CENTRE, -n - 1 & 0xFFFF_FFFF).happens(0.5):
            return 0
        return next((day for _, day in self._turns.events(n, days)), None)

    def _closing_day(self, n: int, day: int) -> int:
        if day:
            return self._first_day + day
        return self._first_day - self._chance.of(_CENTRE, n + 2**32).between(1, 2_000)

    @staticmethod
    def _close(said: Json, facts: list[Json], n: int, day: int) -> None:
        end = iso(day)
        after = centre_code(n + 1)
        said["status"] = "retired"
        said["replaced_by"] = [after]
        said["period"] = {"start": min(said["period"]["start"], end), "end": end}
        facts.append(fact("successor", {"centre": after, "reason": "merge", "day": end}))

    # a centre

    def _born(self, n: int) -> Json:
        where, today, new = self._where, self._first_day, n >= self.count
        chance = self._chance.of(_CENTRE, n)
        kind = where.type_at(chance.share()) if new else where.type_of(n)
        city = where.cities[where.at(chance.share()) if new else where.city_of(n)]
        called = chance.pick(CALLED)
        title = self._lists.centre_types.get(kind, kind).partition(" / ")[0]
        began = today + 1 + (n - self.count) // self._new_a_day if new else today - chance.between(2_100, 12_000)
        opened = began + (0 if new else chance.between(0, 90))
        number = f"{n:06d}"
        facts = [
            fact("local-id", {"issuer": "نمونه", "type": "local", "number": number}),
            fact("type", kind),
            fact("ownership", _owner(chance, kind)),
            fact("university", where.university(city)),
            fact("area", city.code),
            fact("city", city.name),
            fact("province", city.province_name),
            fact(
                "contact",
                {"address": f"{city.name}، خیابان {MARK.fa}، پلاک {chance.between(1, 400)}", "phone": "00000000000"},
            ),
            fact("legal", "true", period(began)),
            fact("active", "true", period(opened)),
        ]
        if kind in _ORGANISATION:
            facts.append(fact("organization-type", _ORGANISATION[kind]))
        if new and chance.happens(0.3):
            from_ = {"centre": centre_code(chance.below(self.count)), "reason": "split", "day": iso(began)}
            facts.append(fact("predecessor", from_))
        facts += self._papers(chance, kind, number, opened, new)
        facts += self._inside(chance, kind, number, opened)
        return {
            "code": centre_code(n),
            "display": {
                "fa": f"{title} {called[0]} {MARK.fa} {city.name}",
                "en": f"{kind.replace('_', ' ').capitalize()} {called[1]} {MARK.en}",
            },
            "period": period(began),
            "properties": facts,
        }

    def _papers(self, chance: Chance, kind: str, number: str, opened: int, new: bool) -> Iterator[Json]:
        """Licences, contracts, suspensions."""
        issuer = f"دانشگاه علوم پزشکی ({MARK.fa})"
        yield fact("licence", {"number": f"F-{number}", "kind": "found", "issuer": issuer}, period(opened))
        renewed = opened + (self._first_day - opened) // (5 * _YEAR) * 5 * _YEAR
        if chance.happens(0.97) or new:
            record = {"number": f"O-{number}", "kind": "operate", "issuer": issuer}
            yield fact("licence", record, period(max(opened, renewed), max(opened, renewed) + 5 * _YEAR))
        for insurer, share in zip(self._lists.insurers, (0.7, 0.6, 0.3), strict=False):
            if chance.happens(share):
                start = max(opened, self._first_day - chance.between(1, 700))
                end = start + chance.pick((_YEAR, 2 * _YEAR)) - 1
                yield fact("contract", {"insurer": insurer, "number": f"{insurer}-{number}"}, period(start, end))
        if not new and chance.happens(0.015):
            start = self._first_day - chance.between(1, 1_000)
            yield fact("suspended", {"reason": chance.pick(_REASONS)}, period(start, start + chance.between(10, 200)))

    def _inside(self, chance: Chance, kind: str, number: str, opened: int) -> Iterator[Json]:
        """Units, beds, equipment, services."""
        if kind == "hospital":
            for n, unit in enumerate(_UNITS, 1):
                name = f"{self._lists.centre_types.get(unit, unit)} {MARK.fa}"
                yield fact("unit", {"id": f"{number}-{n}", "name": name, "type": unit}, period(opened))
            for ward, _ in self._lists.wards[1 : 2 + chance.between(2, 7)]:
                beds = chance.between(6, 40)
                yield fact("beds", {"ward": ward, "approved": beds, "active": beds - chance.below(5)})
        if kind in _LARGE:
            for device, name in self._lists.devices[: chance.between(1, 3)]:
                yield fact("equipment", {"device": device, "name": name, "count": chance.between(1, 6)}, period(opened))
            yield fact("service", {"type": "22", "name": "اتاق عمل"}, period(opened))
        if kind in ("lab", "hospital"):
            yield fact("service", {"type": "15", "name": "آزمایشات تشخیص طبی"}, period(opened))

    def _change(self, facts: list[Json], n: int, event: int, day: int) -> None:
        chance = self._chance.of(_CHANGE, event + 1)
        what = chance.share()
        if what < 0.5:
            insurer = chance.pick(self._lists.insurers)
            for one in facts:
                if (
                    one["code"] == "contract"
                    and one["value"]["insurer"] == insurer
                    and one["period"]["end"] >= iso(day)
                ):
                    return  # there is one still
            number = f"{insurer}-{n:06d}-{day}"
            facts.append(fact("contract", {"insurer": insurer, "number": number}, period(day, day + _YEAR - 1)))
        elif what < 0.7:
            name = f"نمونهٔ تجهیز {event % 97}"
            facts.append(fact("equipment", {"name": name, "count": chance.between(1, 3)}, period(day)))
        elif what < 0.85:
            facts.append(fact("suspended", {"reason": chance.pick(_REASONS)}, period(day, day + chance.between(7, 90))))
        else:
            facts.append(fact("unit", {"id": f"{n:06d}-{event}", "name": f"واحد {MARK.fa}"}, period(day)))


class Systems:
    """The software systems: certificates, approvals, locks."""

    def __init__(self, seed: int, count: int, first_day: int):
        self._chance = Chance(seed)
        self.count = count
        self._first_day = first_day

    def entries(self, days: int = 0) -> Iterator[Json]:
        for n in range(self.count):
            yield self.entry(n, days)

    def changes(self, day: int) -> Iterator[Json]:
        """On one day in seven a system is locked."""
        if day % 7 == 0:
            yield self.entry(self._locked_on(day), day)

    def _locked_on(self, day: int) -> int:
        return self._chance.of(_SYSTEM_CHANGE, day).below(self.count)

    def entry(self, n: int, days: int) -> Json:
        chance = self._chance.of(_SYSTEM, n)
        called = chance.pick(CALLED)
        began = self._first_day - chance.between(200, 3_000)
        number = f"{n + 1:05d}"
        facts = [
            fact("certificate", {"number": f"N-{number}", "issuer": f"وزارت بهداشت ({MARK.fa})"}, period(began)),
            fact("product-type", chance.pick(("HIS", "LIS", "PHIS", "CIS", "RIS"))),
            fact("company", f"شرکت {called[0]} {MARK.fa}"),
        ]
        if chance.happens(0.95):
            facts.append(fact("approved", "true", period(began)))
        for day in range(7, days + 1, 7):
            if self._locked_on(day) == n:
                start = self._first_day + day
                facts.append(fact("locked", "true", period(start, start + 13)))
        return {
            "code": f"00000000-50F7-4000-8000-{n + 1:012X}",
            "display": {"fa": f"سامانهٔ {called[0]} {MARK.fa} {n + 1}", "en": f"{called[1]} {MARK.en} {n + 1}"},
            "properties": facts,
        }


def _owner(chance: Chance, kind: str) -> str:
    if kind in _PRIVATE:
        return "private"
    if kind in _STATE:
        return "gov"
    return chance.pick(("gov", "gov", "private", "private", "public_nongov", "charity"))
