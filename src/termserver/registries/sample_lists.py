"""What the sample nation is made of: the national lists of an opened edition, and a map of where people live."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from termserver.model.codes import CodeSystem, Concept
from termserver.model.errors import UsageError
from termserver.model.values import value
from termserver.terminology.details import decode_concept
from termserver.terminology.tables import CONCEPT, DETAIL
from termserver.terminology.terminology import Terminology

_LARGE = {
    "تهران": 870, "مشهد": 300, "اصفهان": 196, "کرج": 159, "شیراز": 157, "تبریز": 156, "قم": 120, "اهواز": 118,
    "کرمانشاه": 95, "ارومیه": 74, "رشت": 68, "زاهدان": 59, "همدان": 55, "کرمان": 54, "یزد": 53, "اردبیل": 53,
    "بندرعباس": 53, "اراک": 52, "اسلامشهر": 45, "زنجان": 43, "سنندج": 41, "قزوین": 40, "خرم آباد": 37, "گرگان": 35,
    "ساری": 31, "بجنورد": 23, "بوشهر": 22, "بیرجند": 20, "ایلام": 19, "شهرکرد": 19, "سمنان": 19, "یاسوج": 13,
}  # fmt: skip
"""Weights of large cities, about the ten thousands of the census of 1395; the others share what is left."""

CENTRE_SHARES = {
    "office": 42, "pharmacy": 17, "workroom": 9, "lab": 6, "clinic": 6, "physio": 4, "imaging": 3, "health_centre": 3,
    "health_house": 2, "health_post": 1, "polyclinic": 1, "special_clinic": 1, "limited_surgery": 1, "hospital": 1,
    "counselling": 1, "optics": 1, "education": 0.5, "research": 0.5,
}  # fmt: skip
"""Parts in a hundred."""


@value
class City:
    """A city with its codes, and the province that it is in."""

    code: str
    name: str
    province: str
    province_name: str


class NationalLists:
    """The lists by which the sample is coded; raise UsageError where the edition lacks one."""

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology
        self.specialties = {one.code: one.display.fa for one in self._all("specialty")}
        self.insurers = [one.code for one in self._all("insurer")][:3]
        self.universities = _by_city(self._all("medical-university"))
        self.forms = [(one.code, one.display.fa) for one in self._all("drug-dosage-form")][:24]
        self.routes = [one.code for one in self._all("drug-route")]
        self.devices = [(one.code, one.display.fa) for one in self._all("imed-ir")]
        self.wards = [(one.code, one.display.fa) for one in self._all("ward-type")]
        self.centre_types = {one.code: one.display.fa for one in self._all("centre-type")}
        self.cities = tuple(self._cities())

    def system(self, id: str) -> CodeSystem:
        return self._terminology.resolve(id)

    def _all(self, id: str) -> list[Concept]:
        """The concepts of a list in the order of their codes."""
        system = self._terminology.systems.resolve(id)
        rows = system.reader.span(CONCEPT, f"{system.number}:", f"{system.number};")
        ordinals = [row[1] for row in rows]
        details = system.reader.many(DETAIL, ordinals)
        found = [decode_concept(details[ordinal][1]) for ordinal in ordinals]
        if not found:
            raise UsageError(
                f"The list {id} is empty in this edition; the sample needs it. Run: termserver release build",
                f"فهرست {id} در این ویراست خالی است و نمونه به آن نیاز دارد. اجرا کنید: termserver release build",
            )
        return found

    def _cities(self) -> Iterator[City]:
        provinces: dict[str, str] = {}
        cities: list[City] = []
        for one in self._all("sci-divisions"):
            level = next((said.value for said in one.properties if said.code == "level"), "")
            if level == "province":
                provinces[one.code] = one.display.fa
            elif level == "city":
                cities.append(City(one.code, one.display.fa, one.code[:2], ""))
        for city in cities:
            yield City(city.code, city.name, city.province, provinces[city.province])


def _by_city(universities: list[Concept]) -> dict[str, str]:
    """A university of every city that has one; the one that is called after the city before all others."""
    found: dict[str, str] = {}
    for one in universities:
        city = next((said.value for said in one.properties if said.code == "city"), "")
        if one.display.fa == f"دانشگاه علوم پزشکی {city}":
            found[city] = one.code
        else:
            found.setdefault(city, one.code)
    return found


class Geography:
    """Where the numbered centres are: each city has a block of them, and each kind of centre a part of the block."""

    def __init__(self, lists: NationalLists, centres: int) -> None:
        seen: set[str] = set()
        weights = []
        for city in lists.cities:
            first = city.name not in seen
            seen.add(city.name)
            weights.append(float(_LARGE.get(city.name, 0) if first else 0) or 0.4 + int(city.code[-3:]) % 17 / 8)
        order = sorted(range(len(weights)), key=lambda n: (-weights[n], n))
        self.cities = [lists.cities[n] for n in order]
        total = sum(weights)
        ends = list(accumulate(weights[n] for n in order))
        self.centres = centres
        self._starts = [0, *(round(end / total * centres) for end in ends)]
        self._starts[-1] = centres
        self.types = list(CENTRE_SHARES)
        parts = list(accumulate(CENTRE_SHARES.values()))
        self._parts = [part / parts[-1] for part in parts]
        self._blocks: dict[int, list[int]] = {}
        self._universities = self._nearest_universities(lists)

    def _nearest_universities(self, lists: NationalLists) -> dict[str, str]:
        """A university for every province: that of its largest city which has one."""
        found: dict[str, str] = {}
        for city in self.cities:
            code = lists.universities.get(city.name)
            if code:
                found.setdefault(city.province, code)
        fallback = next(iter(lists.universities.values()))
        return {city.province: found.get(city.province, fallback) for city in self.cities}

    def university(self, city: City) -> str:
        return self._universities[city.province]

    def at(self, share: float) -> int:
        """The number of the city at this share (0 to 1) of all people; nobody lives where there is no centre."""
        return self.city_of(int(share * self.centres))

    def city_of(self, centre: int) -> int:
        """The number of the city in which a centre is."""
        return bisect_right(self._starts, centre) - 1

    def type_at(self, share: float) -> str:
        return self.types[min(bisect_right(self._parts, share), len(self.types) - 1)]

    def type_of(self, centre: int) -> str:
        """The kind of a centre, by its place in the block of its city."""
        city = self.city_of(centre)
        return self.types[bisect_right(self._ends(city), centre - self._starts[city])]

    def centres_of(self, city: int, kind: str) -> range:
        """The centres of a kind in a city; where there is none, all of the city, else of the largest city."""
        start, end = self._starts[city], self._starts[city + 1]
        ends, n = self._ends(city), self.types.index(kind)
        first, last = start + (ends[n - 1] if n else 0), start + ends[n]
        if first < last:
            return range(first, last)
        return range(start, end) if start < end else range(self._starts[0], self._starts[1] or self.centres)

    def _ends(self, city: int) -> list[int]:
        """Where each kind of centre ends in the block of a city."""
        known = self._blocks.get(city)
        if known is None:
            size = self._starts[city + 1] - self._starts[city]
            known = self._blocks[city] = [round(part * size) for part in self._parts]
        return known
