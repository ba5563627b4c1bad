"""One small invented nation, Zarland, whose committee keeps its lists in folders: sound as they stand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from termserver.content.check import check
from termserver.content.problems import Problem

ZARLAND = {
    "codesystems/settings.yaml": "base: https://codes.zarland.example/fhir\n",
    "codesystems/ward/codesystem.yaml": """\
# the wards of Zarland's hospitals
id: ward
url: ${base}/CodeSystem/ward
native_id: zarEHR.ward
aliases:
  - ZarEHR.Ward
oid: 2.999.1
version: 1404.2
title:
  fa: بخش‌های بیمارستان
  en: Hospital wards
content: complete
closed:
  known: true
  evidence: The Minister signed the list.
hierarchy: is-a
shape: ^[0-9]{3}$
properties:
  - code: beds
    title:
      fa: تخت
      en: Beds
    type: integer
    indexed: true
""",
    "codesystems/ward/concepts.csv": """\
code,display_fa,display_en,parent,status,valid_from,valid_to,replaced_by,source
001,بخش داخلی,Internal medicine,,,,,,
019,قلب و عروق,Cardiology,001,,2020-03-20,,,
020,"مراقبت ویژه, قلب",Cardiac care,019,,,,,
021,ریه,Chest,001,retired,,2024-03-19,019,
""",
    "codesystems/ward/designations.csv": """\
code,language,use,value
019,fa,synonym,بخش قلب
019,en,,Heart ward
""",
    "codesystems/ward/properties.csv": """\
code,property,value,valid_from,valid_to
019,beds,12,2024-03-20,
""",
    "codesystems/drug/codesystem.yaml": """\
id: drug
url: ${base}/CodeSystem/drug
version: 1404.1
title: {fa: فرآورده‌ها, en: Products}
content: fragment
shape: ^[0-9]{13}$
check: gs1
""",
    "codesystems/drug/concepts.csv": """\
code,display_fa,display_en,parent,status,valid_from,valid_to,replaced_by,source
4006381333931,قرص نمونه,Sample tablet,,,,,,
""",
    "codesystems/disease/codesystem.yaml": """\
id: disease
url: https://diseases.example/cs
version: "10"
title: {fa: بیماری‌ها, en: Diseases}
content: not-present
shape: ^[A-Z][0-9]{2}$
""",
    "codesystems/valuesets/cardiac-wards.yaml": """\
id: cardiac-wards
url: ${base}/ValueSet/cardiac-wards
version: 1404.1
title: {fa: بخش‌های قلب, en: Cardiac wards}
include:
  - system: ward
    codes: [019]
    under: [019]
""",
    "codesystems/conceptmaps/ward-to-disease/conceptmap.yaml": """\
id: ward-to-disease
url: ${base}/ConceptMap/ward-to-disease
version: 1404.1
title: {fa: بخش به بیماری, en: Ward to disease}
source_system: ward
target_system: disease
""",
    "codesystems/conceptmaps/ward-to-disease/mappings.csv": """\
source_code,target_code,relationship,comment
019,I21,related-to,
""",
    "codesystems/namingsystems/citizen.yaml": """\
id: citizen
url: ${base}/NamingSystem/citizen
title: {fa: کد ملی, en: National code}
triplets:
  - {issuer: Zarland, assigner: Registry, type: National_Code}
shape: ^[0-9]{10}$
shape_says: {fa: ده رقم, en: ten digits}
check: national-code
example: "0012345679"
""",
    "schemas/classes.csv": """\
class,base,namespace,field,type,repeats,attribute,nillable,use,binding,identifiers,minimum,maximum,pattern,max_length,sepas_category,title_fa,title_en,source
VisitVO,,urn:zarland,Ward,string,,,,,,,,,,,,بخش,Ward,
VisitVO,,urn:zarland,Days,int,,,,required,,,,,,,,روزها,Days,
""",
    "schemas/visit/1.0/document.yaml": """\
id: visit
version: "1.0"
title: {fa: ویزیت, en: Visit}
root: VisitVO
json_marker: Ward
""",
    "validators/visit/1.0/ruleset.yaml": """\
document_type: visit
version: "1.0"
schema_version: "1.0"
title: {fa: قاعده‌های ویزیت, en: Rules of visits}
day: [Ward]
rules:
  - id: visit-01
    severity: error
    holds: Days >= 1
    says:
      fa: ویزیت دست‌کم یک روز است.
      en: A visit lasts a day at least.
""",
    "validators/visit/1.0/examples/valid/one.json": "{}\n",
    "validators/visit/1.0/examples/invalid/visit-01-none.json": "{}\n",
}


class Folders:
    """The folders of a test: ``mend`` one text into another in a file, then ``problems``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, file: str, data: str | bytes) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())

    def read(self, file: str) -> str:
        return (self.root / file).read_bytes().decode()

    def change(self, file: str, before: str, after: str) -> None:
        text = self.read(file)
        assert before in text, f"{file} does not have {before!r}"
        self.write(file, text.replace(before, after, 1))

    def append(self, file: str, line: str) -> None:
        self.write(file, self.read(file) + line + "\n")

    def problems(self) -> list[Problem]:
        return check(self.root)

    def only(self) -> Problem:
        """The one problem there is."""
        found = self.problems()
        assert len(found) == 1, "\n".join(map(str, found))
        return found[0]

    def rules(self) -> set[str]:
        return {problem.rule for problem in self.problems()}


@pytest.fixture
def zarland(tmp_path: Path) -> Folders:
    folders = Folders(tmp_path)
    for file, text in ZARLAND.items():
        folders.write(file, text)
    return folders


@pytest.fixture
def at() -> Callable[[Problem], tuple[str, int, int, str, str]]:
    """Where a problem is and by which rule, for comparing: file, line, column, rule, severity."""
    return lambda problem: (problem.file, problem.line, problem.column, problem.rule, str(problem.severity))
