"""Names of nobody: given names and family names put together, each family name marked «نمونه» (sample)."""

from termserver.model.text import Text

MARK = Text("نمونه", "Sample")

_GIVEN_WOMEN = (
    "زهرا Zahra,فاطمه Fatemeh,مریم Maryam,سارا Sara,نرگس Narges,لیلا Leila,نسرین Nasrin,شیرین Shirin,پریسا Parisa,"
    "الهام Elham,مهسا Mahsa,نگار Negar,شیما Shima,سمیرا Samira,مینا Mina,آزاده Azadeh,ندا Neda,هدیه Hediyeh,رویا Roya,"
    "پروین Parvin,فرزانه Farzaneh,معصومه Masoumeh,طاهره Tahereh,سیما Sima,یاسمن Yasaman,بهاره Bahareh,نازنین Nazanin,"
    "الهه Elaheh,مهناز Mahnaz,شهلا Shahla"
)
_GIVEN_MEN = (
    "محمد Mohammad,علی Ali,حسین Hossein,رضا Reza,مهدی Mahdi,امیر Amir,حسن Hasan,سعید Saeid,مجید Majid,حمید Hamid,"
    "بهرام Bahram,کامران Kamran,فرهاد Farhad,آرش Arash,سیاوش Siavash,بهزاد Behzad,پیمان Peyman,نادر Nader,ناصر Naser,"
    "جواد Javad,کاظم Kazem,مصطفی Mostafa,یوسف Yousef,ابراهیم Ebrahim,داوود Davoud,کیوان Keyvan,شهرام Shahram,امید Omid,"
    "پویا Pouya,هادی Hadi"
)
_ROOTS = (
    "کریم Karim,رحیم Rahim,احمد Ahmad,محمود Mahmoud,قاسم Ghasem,هاشم Hashem,صادق Sadegh,باقر Bagher,جعفر Jafar,"
    "نصیر Nasir,شریف Sharif,لطیف Latif,عزیز Aziz,حبیب Habib,خلیل Khalil,جلیل Jalil,مجید Majid,رشید Rashid,وحید Vahid,"
    "سلیم Salim,رستم Rostam,بهمن Bahman,هرمز Hormoz,مهر Mehr,خسرو Khosrow,جمشید Jamshid,فریدون Fereydoun,ایرج Iraj,"
    "منوچهر Manouchehr,کاوه Kaveh,بابک Babak,نیک Nik,فرخ Farrokh,پیروز Pirouz,آذر Azar,دریا Darya,سپهر Sepehr,"
    "کوه Kuh,صفا Safa,نور Nour"
)
_ENDINGS = (
    "‌زاده zadeh,‌پور pour,‌نژاد nejad,یان ian,ی i,‌فر far,‌نیا nia,‌منش manesh,‌دوست doust,‌خواه khah,‌وند vand,"
    "‌پناه panah,‌راد rad,‌مهر mehr,‌یار yar"
)
_TRAILS = (
    " ,تهرانی Tehrani,اصفهانی Esfahani,شیرازی Shirazi,تبریزی Tabrizi,خراسانی Khorasani,یزدی Yazdi,کرمانی Kermani,"
    "گیلانی Gilani,همدانی Hamedani,قزوینی Ghazvini,کاشانی Kashani,اهوازی Ahvazi,اردبیلی Ardabili,قمی Ghomi"
)
_CALLED = (
    "مهر Mehr,امید Omid,سینا Sina,رازی Razi,پارس Pars,آریا Arya,نور Nour,شفا Shafa,کوثر Kowsar,یاس Yas,بهار Bahar,"
    "سپید Sepid,آسمان Aseman,دانش Danesh,سلامت Salamat,آرامش Aramesh,پیشرو Pishro,نوین Novin,البرز Alborz,بوعلی Buali,"
    "سهند Sahand,دماوند Damavand,کارون Karun,هامون Hamun,خزر Khazar,ایران Iran,ملت Mellat,امین Amin,صدر Sadr"
)
_SYLLABLES = "ka vo lir zen tam rox bel din fex gor mip sul tra vel xan yor zol ner pim dal"
_CLASSES = "olol pril azole mycin vir statin tidine oxacin dipine sartan cillin profen zepam"


def _pairs(listed: str) -> tuple[tuple[str, str], ...]:
    found = []
    for pair in listed.split(","):
        fa, _, en = pair.rpartition(" ")
        found.append((fa, en))
    return tuple(found)


WOMEN, MEN = _pairs(_GIVEN_WOMEN), _pairs(_GIVEN_MEN)
CALLED = _pairs(_CALLED)
FAMILIES = tuple(
    (f"{root}{ending}{' ' + trail if trail else ''}", f"{en}{end}{' ' + last if last else ''}")
    for trail, last in _pairs(_TRAILS)
    for root, en in _pairs(_ROOTS)
    for ending, end in _pairs(_ENDINGS)
)
"""Persian and English, plain ones first."""

_STEMS = tuple(_SYLLABLES.split())
_ENDS = tuple(_CLASSES.split())


def substance(n: int) -> str:
    """The n-th invented active substance; a number brings back no other's name below 100,000."""
    n, end = divmod(n, len(_ENDS))
    n, first = divmod(n, len(_STEMS))
    n, second = divmod(n, len(_STEMS))
    third = _STEMS[n % len(_STEMS)] if n else ""
    return f"{_STEMS[first]}{_STEMS[second]}{third}{_ENDS[end]}".upper()
