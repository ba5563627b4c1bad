"""Small files in the forms of other publishers; every code and name in them is made up."""

CLAML = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE ClaML SYSTEM "ClaML.dtd">
<ClaML version="2.0.0">
  <Meta name="lang" value="en"/>
  <Identifier authority="X" uid="toy-2026"/>
  <Title name="TOY" date="2026-01-01" version="2026">Toy classification</Title>
  <ClassKinds><ClassKind name="chapter"/><ClassKind name="block"/><ClassKind name="category"/></ClassKinds>
  <UsageKinds><UsageKind name="aster" mark="*"/><UsageKind name="dagger" mark="!"/></UsageKinds>
  <Modifier code="S01"><SubClass code=".0"/><SubClass code=".9"/></Modifier>
  <ModifierClass modifier="S01" code=".0"><SuperClass code="S01"/>
    <Rubric kind="preferred"><Label xml:lang="en">with spots</Label></Rubric></ModifierClass>
  <ModifierClass modifier="S01" code=".9"><SuperClass code="S01"/>
    <Rubric kind="preferred"><Label xml:lang="en">without spots</Label></Rubric></ModifierClass>
  <Class kind="chapter" code="I"><SubClass code="A00-A09"/>
    <Rubric kind="preferred"><Label xml:lang="en">Invented things &amp; others</Label></Rubric></Class>
  <Class kind="block" code="A00-A09"><SuperClass code="I"/><SubClass code="A00"/><SubClass code="A01"/>
    <Rubric kind="preferred"><Label xml:lang="en">Block of things</Label></Rubric></Class>
  <Class kind="category" code="A00" usage="dagger"><SuperClass code="A00-A09"/><SubClass code="A00.0"/>
    <Rubric kind="preferred"><Label xml:lang="en">First thing</Label><Label xml:lang="fa">چیز نخست</Label></Rubric>
    <Rubric kind="inclusion"><Label xml:lang="en">Primary <Reference>A01</Reference> thing</Label></Rubric>
    <Rubric kind="exclusion"><Label xml:lang="en">other thing</Label></Rubric></Class>
  <Class kind="category" code="A00.0"><SuperClass code="A00"/>
    <Rubric kind="preferred"><Label xml:lang="en">First thing, small</Label></Rubric></Class>
  <Class kind="category" code="A01"><SuperClass code="A00-A09"/><ModifiedBy code="S01"/>
    <Rubric kind="preferred"><Label xml:lang="en">Second thing</Label></Rubric></Class>
</ClaML>
"""
TABULAR = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular>
  <version>2026</version>
  <introduction><introSection type="title"><title>Toy</title></introSection></introduction>
  <chapter><name>1</name><desc>Chapter of toys (A00-A09)</desc>
    <sectionIndex><sectionRef first="A00" last="A09" id="A00-A09">Toys</sectionRef></sectionIndex>
    <section id="A00-A09"><desc>Toys (A00-A09)</desc>
      <diag><name>A00</name><desc>Ball</desc>
        <inclusionTerm><note>Round toy</note></inclusionTerm><excludes1><note>cube (A01)</note></excludes1>
        <sevenChrDef><extension char="A">initial</extension><extension char="D">later</extension></sevenChrDef>
        <diag><name>A00.1</name><desc>Red ball</desc></diag></diag></section>
    <section id="A09"><desc>Dolls</desc><diag><name>A09</name><desc>Doll</desc></diag></section>
  </chapter>
</ICD10CM.tabular>
"""
_URI = "http://id.who.int/icd/release/11/2026-01/mms/"
_ENTITY = "http://id.who.int/icd/entity/"
_ICD11_COLUMNS = "Foundation URI|Linearization (release) URI|Code|BlockId|Title|ClassKind|IsResidual|ChapterNo|isLeaf"
_ICD11_ROWS = (
    (_ENTITY + "1", _URI + "1", "", "", "Invented chapter", "chapter", "False", "01", "False"),
    (_ENTITY + "2", _URI + "2", "", "BlockL1-1A0", "- Block of things", "block", "False", "01", "False"),
    (_ENTITY + "3", _URI + "3", "1A00", "", "- - First thing", "category", "False", "01", "False"),
    ("", _URI + "3/other", "1A00.Y", "", "- - - First thing, other", "category", "True", "01", "True"),
    (_ENTITY + "4", _URI + "4", "1A01", "", "- - Second thing", "category", "False", "01", "True"),
)
ICD11 = "\n".join("\t".join(cells) for cells in (_ICD11_COLUMNS.split("|"), *_ICD11_ROWS))
ICD9 = "0001 Tickling of toys\n0002 Brushing of toys\n001  Unfit line is three digits\n"
UCUM = """<?xml version="1.0" encoding="ascii"?>
<root xmlns="http://unitsofmeasure.org/ucum-essence" version="9.9" revision="N/A">
  <prefix Code="k" CODE="K"><name>kilo</name><printSymbol>k</printSymbol><value value="1e3">1000</value></prefix>
  <base-unit Code="q" CODE="Q" dim="Q"><name>quibble</name><printSymbol>q</printSymbol>
    <property>toyness</property></base-unit>
  <unit Code="[tw]" CODE="[TW]" isMetric="yes" class="toys"><name>twiddle</name><name>old twiddle</name>
    <printSymbol>t<sub>w</sub></printSymbol><property>toyness</property>
    <value Unit="q2" UNIT="Q2" value="4">4</value></unit>
</root>
"""
LOINC = (
    '"LOINC_NUM","COMPONENT","PROPERTY","TIME_ASPCT","SYSTEM","SCALE_TYP","METHOD_TYP","CLASS","VersionLastChanged",'
    '"STATUS","CONSUMER_NAME","RELATEDNAMES2","SHORTNAME","ORDER_OBS","LONG_COMMON_NAME","EXAMPLE_UCUM_UNITS"\r\n'
    '"90001-1","Toy","MCnc","Pt","Box","Qn","","TOYS","2.99","ACTIVE","","Ball; Doll; Toy","Toy Box-mCnc","Both",'
    '"Toy [Mass/volume] in Box","mg/dL"\r\n'
    '"90002-9","Toy","MCnc","Pt","Bag","Qn","","TOYS","2.50","DEPRECATED","","","","Both","Toy in Bag",""\r\n'
)
_HEADS = {
    "sct2_Concept": "id effectiveTime active moduleId definitionStatusId",
    "sct2_Description": "id effectiveTime active moduleId conceptId languageCode typeId term caseSignificanceId",
    "sct2_Relationship": "id effectiveTime active moduleId sourceId destinationId relationshipGroup typeId "
    "characteristicTypeId modifierId",
    "der2_cRefset_Language": "id effectiveTime active moduleId refsetId referencedComponentId acceptabilityId",
    "der2_Refset_Simple": "id effectiveTime active moduleId refsetId referencedComponentId",
    "der2_cRefset_Association": "id effectiveTime active moduleId refsetId referencedComponentId targetComponentId",
}
FSN, SYNONYM, IS_A, PREFERRED = "900000000000003001", "900000000000013009", "116680003", "900000000000548007"
_ROWS = {
    "sct2_Concept": [
        "1 20200101 1 M D", "2 20200101 1 M D", "3 20200101 1 M D", "3 20260101 0 M D", "4 20260101 1 M D",
        "9 20200101 1 M D",
    ],
    "sct2_Description": [
        f"11 20200101 1 M 1 en {FSN} Toy_(thing) C", f"12 20200101 1 M 1 en {SYNONYM} Toy C",
        f"13 20200101 1 M 2 en {SYNONYM} Ball C", f"14 20200101 1 M 2 en {SYNONYM} Sphere C",
        f"15 20200101 1 M 2 fa {SYNONYM} توپ C", f"16 20200101 1 M 3 en {SYNONYM} Old_ball C",
        f"17 20260101 1 M 4 en {SYNONYM} New_ball C", f"18 20200101 1 M 9 en {FSN} Set_of_toys C",
        f"14 20260101 0 M 2 en {SYNONYM} Sphere C",
    ],
    "sct2_Relationship": [
        f"21 20200101 1 M 2 1 0 {IS_A} X X", f"22 20200101 1 M 3 1 0 {IS_A} X X", f"23 20260101 1 M 4 2 0 {IS_A} X X",
        f"24 20260101 1 M 4 1 0 {IS_A} X X", "25 20200101 1 M 2 1 1 777 X X",
    ],
    "der2_cRefset_Language": [f"a 20200101 1 M R 14 {PREFERRED}", f"b 20200101 1 M R 12 {PREFERRED}"],
    "der2_Refset_Simple": ["c 20200101 1 M 9 2", "d 20260101 1 M 9 4"],
    "der2_cRefset_Association": ["e 20260101 1 M 900000000000526001 3 4"],
}  # fmt: skip


def rf2() -> dict[str, str]:
    """The full tables of an edition by file name, as RF2 writes them: tabs, CRLF."""
    return {
        f"{name}_Full_INT_20260101.txt": "\r\n".join(
            [_HEADS[name].replace(" ", "\t"), *("\t".join(row.split()).replace("_", " ") for row in rows), ""]
        )
        for name, rows in _ROWS.items()
    }


ATC = (
    "ATC code,ATC level name,DDD,UOM,Adm.R,Comment\nT,TOYS,,,,\nT01,BALLS,,,,\nT01A,ROUND BALLS,,,,\n"
    "T01AA,RED BALLS,,,,\nT01AA01,ballium,3,g,O,\nT01AA01,ballium,1,g,P,once\nT01A2,wrong,,,,\n"
)
RVU = (
    "کد ملی,ویژگی کد,شرح کد,ارزش تام,جزء حرفه ای,جزء فنی,ارزش پایه بیهوشی\n"
    "900001#,,بازی با توپ,۷٫۵,5,2/5,\n900002,*+,بازی با عروسک,3,3,,4\n12345,,کوتاه,1,1,,\n"
)
SVS = """<?xml version="1.0" encoding="UTF-8"?>
<ihe:RetrieveValueSetResponse xmlns:ihe="urn:ihe:iti:svs:2008">
  <ihe:ValueSet id="1.2.3.4" displayName="Toys in use" version="2026">
    <ihe:ConceptList xml:lang="en-US">
      <ihe:Concept code="b" codeSystem="1.2.3" codeSystemName="Toy list" displayName="Ball"/>
      <ihe:Concept code="d" codeSystem="1.2.3" codeSystemName="Toy list" displayName="Doll"/>
      <ihe:Concept codeSystem="1.2.3" displayName="no code"/>
    </ihe:ConceptList>
    <ihe:ConceptList xml:lang="fa-IR"><ihe:Concept code="b" codeSystem="1.2.3" displayName="توپ"/></ihe:ConceptList>
  </ihe:ValueSet>
</ihe:RetrieveValueSetResponse>
"""
FORMER = (
    '{"SearchTerminologyResult": [{"Value": "توپ", "Terminology_id": "thritaEHR.toy", "Coded_string": "1"},'
    '{"Value": "Doll", "Terminology_id": "ThritaEHR.Toy", "Coded_string": "2"},'
    '{"Value": "lost", "Terminology_id": "thritaEHR.toy", "Coded_string": null}], "Terminologies": ["thritaEHR.kite"]}'
)
