"""Every line of "bad input it must survive" as bytes: what a stranger, or a broken program, may send."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

VM = "http://thrita.behdasht.gov.ir/VM/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_DTD = "<!DOCTYPE PatientBillMessageVO "
_MANY = 100_000


class Hostile(NamedTuple):
    """A document, and the rule that the first finding must name; empty: any, as long as it is not accepted."""

    make: Callable[[], bytes]
    rule: str = ""


_WRONG_LINE = '<VM:ServiceDetailsVO ServiceCount="x"/>'
_EXAMPLES = Path(__file__).resolve().parents[2] / "validators"


def xml(inside: str, head: str = "", attributes: str = "") -> bytes:
    """A bill around ``inside``, in XML."""
    return f'{head}<PatientBillMessageVO xmlns:VM="{VM}" {attributes}>{inside}</PatientBillMessageVO>'.encode()


def bill(inside: str) -> bytes:
    """A bill around ``inside``, in JSON."""
    return b'{"Composition": {"BillSummary": {' + inside.encode("utf-8", "surrogatepass") + b"}}}"


def _lines(line: str, times: int) -> bytes:
    """A bill of so many lines alike, in JSON."""
    return b'{"Composition": {"BillSummary": {}, "BillServices": [' + ",".join([line] * times).encode() + b"]}}"


def _charges(times: int) -> list[object]:
    return [{"ServiceType": {"Coded_string": f"{n}"}, "TotalCharge": {"Magnitude": 1}} for n in range(times)]


def _named(text: str, more: str = "") -> bytes:
    return xml(f"<VM:Person><VM:FullName>{text}</VM:FullName></VM:Person>{more}")


def _billed(lines: str) -> bytes:
    """The valid bill of an inpatient with these lines before its own: they stand where lines belong."""
    bill = (_EXAMPLES / "patient-bill" / "1.0" / "examples" / "valid" / "inpatient.xml").read_text("utf-8")
    return bill.replace("<VM:BillServices>", f"<VM:BillServices>{lines}", 1).encode()


def _wrong_lines(times: int) -> str:
    return f"<VM:Composition><VM:BillServices>{_WRONG_LINE * times}</VM:BillServices></VM:Composition>"


def _line_of_attributes(number: int) -> str:
    return "<VM:ServiceDetailsVO " + " ".join(f"a{n}=''" for n in range(number)) + "/>"


def _compounds(levels: int) -> bytes:
    """A dispensed prescription with a medication of medications, two in each."""
    folder = _EXAMPLES / "dispensed-prescription" / "1.0" / "examples" / "valid"
    message = json.loads((folder / "self-pay-compounded-and-replaced.json").read_bytes())
    lines = message["Composition"]["DispensedPrescriptions"]["MedicationDispensed"]
    medication = lines[0]
    for _ in range(levels):
        medication = {**lines[0], "CompoundedProduct": [medication], "ReplaceMedication": medication}
    lines[0] = medication
    return json.dumps(message).encode()


def _text(text: str) -> bytes:
    return xml(f"<VM:Person><VM:FullName>{text}</VM:FullName></VM:Person>")


def _valued(name: str, value: str) -> bytes:
    return xml(f'<VM:Person {name}="{value}"/>')


XML: dict[str, Hostile] = {
    # entities and DTDs
    "an internal entity": Hostile(lambda: xml("&a;", _DTD + '[<!ENTITY a "b">]>'), "syntax.doctype"),
    "an external entity of a file": Hostile(
        lambda: xml("&a;", _DTD + '[<!ENTITY a SYSTEM "file:///etc/passwd">]>'), "syntax.doctype"
    ),
    "an external entity over HTTP": Hostile(
        lambda: xml("&a;", _DTD + '[<!ENTITY a SYSTEM "http://127.0.0.1:9/a">]>'), "syntax.doctype"
    ),
    "a parameter entity": Hostile(
        lambda: xml("", _DTD + '[<!ENTITY % a SYSTEM "http://127.0.0.1:9/a"> %a;]>'), "syntax.doctype"
    ),
    "an external DTD": Hostile(lambda: xml("", _DTD + 'SYSTEM "http://127.0.0.1:9/a.dtd">'), "syntax.doctype"),
    "a public DTD": Hostile(lambda: xml("", _DTD + 'PUBLIC "-//A//B" "http://127.0.0.1:9/a.dtd">'), "syntax.doctype"),
    "a DTD with a default attribute": Hostile(
        lambda: xml("", _DTD + '[<!ATTLIST PatientBillMessageVO a CDATA "b">]>'), "syntax.doctype"
    ),
    "an empty DTD": Hostile(lambda: xml("", _DTD + ">"), "syntax.doctype"),
    "a DTD after comments and instructions": Hostile(
        lambda: xml("&a;", '<?xml version="1.0"?><!-- a --><?b c?>\n' + _DTD + '[<!ENTITY a "b">]>'), "syntax.doctype"
    ),
    "a DTD after 100,000 comments": Hostile(
        lambda: xml("&a;", "<!--a-->" * _MANY + _DTD + '[<!ENTITY a "b">]>'), "syntax.doctype"
    ),
    "a comment that never ends": Hostile(lambda: b"<!--" + b"-" * 4_000_000 + b"<!DOCTYPE", "syntax.xml"),
    "billion laughs": Hostile(
        lambda: xml(
            "&e9;",
            _DTD + "[" + "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9)) + '<!ENTITY e0 "ha">]>',
        ),
        "syntax.doctype",
    ),
    "quadratic blow-up": Hostile(
        lambda: xml("&a;" * 50_000, _DTD + f'[<!ENTITY a "{"b" * 50_000}">]>'), "syntax.doctype"
    ),
    "an undeclared entity": Hostile(lambda: xml("&nobody;"), "syntax.xml"),
    "a character reference to nothing": Hostile(lambda: xml("&#0;"), "syntax.xml"),
    "a character reference of a million digits": Hostile(lambda: xml(f"&#{'9' * 1_000_000};"), "syntax.xml"),
    "100,000 character references": Hostile(lambda: _text("&#x41;" * _MANY)),
    # what points elsewhere
    "a schema location on the network": Hostile(
        lambda: xml("", "", f'xmlns:xsi="{XSI}" xsi:schemaLocation="{VM} http://127.0.0.1:9/a.xsd"')
    ),
    "an XInclude": Hostile(
        lambda: xml('<VM:Person><i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd"/></VM:Person>')
    ),
    "a stylesheet": Hostile(lambda: xml("", '<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:9/a.xsl"?>')),
    "an xsi:type of nobody": Hostile(lambda: xml(f'<VM:Person xmlns:xsi="{XSI}" xsi:type="VM:Nobody"/>')),
    "an xsi:type of itself in a thousand prefixes": Hostile(
        lambda: xml(f'<VM:Person xmlns:xsi="{XSI}" xsi:type="{"a:" * 1000}b"/>')
    ),
    # depth and number
    "1,000,000 levels": Hostile(lambda: xml("<a>" * 1_000_000), "budget.elements"),
    "1,000,000 closed levels": Hostile(lambda: xml("<a>" * 1_000_000 + "</a>" * 1_000_000), "budget.elements"),
    "200,000 levels": Hostile(lambda: xml("<a>" * 200_000), "budget.depth"),
    "200,000 closed levels": Hostile(lambda: xml("<a>" * 200_000 + "</a>" * 200_000), "budget.depth"),
    "250 levels of a bill": Hostile(lambda: xml("<VM:Composition>" * 250 + "</VM:Composition>" * 250)),
    "100,000 attributes": Hostile(
        lambda: xml("<VM:Person " + " ".join(f'a{n}="1"' for n in range(_MANY)) + "/>"), "budget.attributes"
    ),
    "100,000 namespaces": Hostile(lambda: xml("", "", " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(_MANY)))),
    "100,000 namespaces one inside the other": Hostile(
        lambda: xml("".join(f'<VM:Person xmlns="urn:{n}"/>' for n in range(_MANY)))
    ),
    "an attribute twice": Hostile(lambda: xml('<VM:Person a="1" a="2"/>'), "syntax.xml"),
    "an attribute of ten names alike": Hostile(lambda: xml(f"<VM:Person {'a' * 100_000}='1'/>")),
    "100,000 schema errors": Hostile(lambda: xml("<VM:Person>" + "<VM:X/>" * _MANY + "</VM:Person>")),
    "100,000 wrong values": Hostile(
        lambda: xml(
            "<VM:Composition><VM:BillServices>"
            + '<VM:ServiceDetailsVO ServiceCount="x"/>' * _MANY
            + "</VM:BillServices></VM:Composition>"
        )
    ),
    "900,000 children on lines of their own": Hostile(lambda: xml("\n<x/>" * 900_000), "budget.elements"),
    "240,000 children on lines of their own": Hostile(lambda: xml("\n<x/>" * 240_000)),
    "240,000 known children": Hostile(lambda: xml("\n<VM:Person/>" * 240_000)),
    "240,000 repeated fields": Hostile(lambda: xml("<VM:Person>" + "<VM:Gender/>\n" * 240_000 + "</VM:Person>")),
    "240,000 elements in a list": Hostile(
        lambda: xml("<VM:Composition><VM:BillServices>" + "<x/>" * 240_000 + "</VM:BillServices></VM:Composition>")
    ),
    "80,000 elements out of order": Hostile(
        lambda: xml("<VM:Composition>" + "<VM:Diagnosis/><VM:Admission/>\n" * 40_000 + "</VM:Composition>")
    ),
    "two million empty lines": Hostile(lambda: xml("\n" * 2_000_000)),
    "a line of nine megabytes": Hostile(lambda: xml("<VM:Person>" + "<a/>" * 2_000_000 + "</VM:Person>")),
    "200,000 wrong lines where lines belong": Hostile(lambda: _billed(_WRONG_LINE * 200_000)),
    "20,000 wrong lines, each on its own": Hostile(lambda: _billed(f"{_WRONG_LINE}\n" * 20_000)),
    "300,000 attributes of nobody": Hostile(
        lambda: _billed(_line_of_attributes(190) * 1_500)
    ),
    "a million attributes of nobody": Hostile(
        lambda: _billed(_line_of_attributes(190) * 6_000),
        "budget.attributes",
    ),
    "1,000 names of 4,000 letters": Hostile(lambda: xml("".join(f"<VM:a{str(n) * 1000}/>" for n in range(1000, 2000)))),
    "a text in three million pieces": Hostile(lambda: _named("a&#65;" * 1_500_000)),
    "a text in three million pieces beside 9,000 lines": Hostile(
        lambda: _named("a&#65;" * 1_300_000, _wrong_lines(9_000)), "budget.text"
    ),
    "four million Persian letters": Hostile(lambda: _named("س" * 4_000_000)),
    "1,500 wrong lines behind four million Persian letters": Hostile(
        lambda: _named("س" * 4_000_000, _wrong_lines(1_500))
    ),
    "1,500 wrong lines before nine megabytes of text": Hostile(
        lambda: _billed(f"{_WRONG_LINE * 1_500}<VM:Note>{'a' * 9_000_000}</VM:Note>")
    ),
    # numbers
    "a number of a million digits": Hostile(
        lambda: xml(f"<VM:Composition><VM:BillSummary><VM:TotalCharge><VM:Magnitude>{'9' * 1_000_000}</VM:Magnitude>"
                    "</VM:TotalCharge></VM:BillSummary></VM:Composition>")
    ),
    "NaN": Hostile(
        lambda: xml("<VM:Composition><VM:BillSummary><VM:TotalCharge><VM:Magnitude>NaN</VM:Magnitude>"
                    "</VM:TotalCharge></VM:BillSummary></VM:Composition>")
    ),
    "Infinity": Hostile(
        lambda: xml("<VM:Composition><VM:BillSummary><VM:TotalCharge><VM:Magnitude>-INF</VM:Magnitude>"
                    "</VM:TotalCharge></VM:BillSummary></VM:Composition>")
    ),
    "a year of a thousand digits": Hostile(
        lambda: xml(f"<VM:Composition><VM:Admission><VM:AdmissionDate><VM:Year>{'1' * 1000}</VM:Year>"
                    "</VM:AdmissionDate></VM:Admission></VM:Composition>")
    ),
    "Persian digits where Latin ones are due": Hostile(
        lambda: xml("<VM:Composition><VM:Admission><VM:AdmissionDate><VM:Year>۱۴۰۵</VM:Year><VM:Month>۷</VM:Month>"
                    "<VM:Day>۳</VM:Day></VM:AdmissionDate></VM:Admission></VM:Composition>")
    ),
    # encodings
    "UTF-16 with a mark": Hostile(lambda: xml("").decode().encode("utf-16"), "syntax.encoding"),
    "UTF-16 without a mark": Hostile(lambda: xml("").decode().encode("utf-16-le"), "syntax.encoding"),
    "UTF-16 declared": Hostile(lambda: xml("", '<?xml version="1.0" encoding="utf-16"?>'), "syntax.encoding"),
    "UTF-16 that says it is UTF-8": Hostile(
        lambda: xml("", '<?xml version="1.0" encoding="utf-8"?>').decode().encode("utf-16-be"), "syntax.encoding"
    ),
    "UTF-32": Hostile(lambda: xml("").decode().encode("utf-32"), "syntax.encoding"),
    "UTF-7": Hostile(lambda: b"+ADw-PatientBillMessageVO+AD4-", "syntax.not-a-document"),
    "UTF-7 with a mark": Hostile(lambda: b"+/v8-+ADw-PatientBillMessageVO+AD4-", "syntax.encoding"),
    "UTF-7 declared": Hostile(lambda: xml("", '<?xml version="1.0" encoding="utf-7"?>'), "syntax.encoding"),
    "EBCDIC": Hostile(lambda: '<?xml version="1.0"?><a/>'.encode("cp500"), "syntax.encoding"),
    "Windows-1256 declared": Hostile(
        lambda: b'<?xml version="1.0" encoding="windows-1256"?><PatientBillMessageVO/>', "syntax.encoding"
    ),
    "a declaration of a megabyte": Hostile(
        lambda: b'<?xml version="1.0" ' + b" " * 1_000_000 + b'encoding="utf-7"?><a/>'
    ),
    "a mark of UTF-8 twice": Hostile(lambda: b"\xef\xbb\xbf\xef\xbb\xbf" + xml("")),
    "overlong UTF-8": Hostile(lambda: xml("@").replace(b"@", b"\xc0\xbc"), "syntax.encoding"),
    "surrogates in UTF-8": Hostile(lambda: xml("@").replace(b"@", b"\xed\xa0\x80"), "syntax.encoding"),
    "a NUL": Hostile(lambda: xml("@").replace(b"@", b"\0"), "syntax.xml"),
    "control signs": Hostile(lambda: xml("\x01\x1b[31m"), "syntax.xml"),
    # texts made for patterns
    "a national code of a megabyte": Hostile(lambda: _valued("NationalCode", "1" * 1_000_000 + "!")),
    "a postal code made to hang a pattern": Hostile(lambda: _valued("PostalCode", "1-" * 500_000)),
    "an identifier made to hang a pattern": Hostile(
        lambda: xml(f'<VM:MsgID><VM:SystemID ID="{"0-" * 200_000}x" Issuer="MOHME_IT" Assigner="MOHME_IT" '
                    'Type="System_ID"/></VM:MsgID>')
    ),
    "a code of a megabyte": Hostile(
        lambda: xml(f'<VM:Person><VM:Gender Value="a" Terminology_id="thritaEHR.gender" Coded_string="{"a" * 10**6}"/>'
                    "</VM:Person>")
    ),
    "a code system of a megabyte": Hostile(
        lambda: xml(f'<VM:Person><VM:Gender Value="a" Terminology_id="{"a" * 10**6}" Coded_string="1"/></VM:Person>')
    ),
    "20,000 different codes nobody knows": Hostile(
        lambda: xml(
            "<VM:Composition><VM:BillServices>"
            + "".join(
                f'<VM:ServiceDetailsVO><VM:Service Value="a{n}" Terminology_id="RVU3" Coded_string="9{n:05}"/>'
                "</VM:ServiceDetailsVO>"
                for n in range(20_000)
            )
            + "</VM:BillServices></VM:Composition>"
        )
    ),
}  # fmt: skip

JSON: dict[str, Hostile] = {
    "1,000,000 lists": Hostile(lambda: b"[" * 1_000_000, "budget.elements"),
    "1,000,000 objects": Hostile(lambda: b'{"a":' * 1_000_000, "budget.elements"),
    "200,000 objects": Hostile(lambda: b'{"a":' * 200_000, "budget.depth"),
    "200,000 closed lists": Hostile(lambda: b"[" * 200_000 + b"]" * 200_000, "budget.depth"),
    "250 levels of a bill": Hostile(lambda: bill('"Composition": {' * 250 + "}" * 250)),
    "100,000 members": Hostile(lambda: bill(", ".join(f'"a{n}": 1' for n in range(_MANY)))),
    "members alike but for their case": Hostile(lambda: bill('"Insurer": 1, "insurer": 2'), "syntax.duplicate-key"),
    "100,000 wrong lines": Hostile(lambda: _lines('{"ServiceCount": "x"}', _MANY)),
    "two million empty lists": Hostile(lambda: bill('"a": [' + ",".join(["[]"] * 2_000_000) + "]"), "budget.elements"),
    "240,000 empty lists": Hostile(lambda: _lines("[]", 240_000)),
    "240,000 empty objects": Hostile(lambda: _lines("{}", 240_000)),
    "three million numbers": Hostile(lambda: _lines("1", 3_000_000)),
    "800,000 members": Hostile(lambda: bill(",".join(f'"{n:x}":1' for n in range(800_000))), "budget.elements"),
    "490,000 members": Hostile(lambda: bill(",".join(f'"{n:x}":1' for n in range(490_000)))),
    "a million texts": Hostile(lambda: bill('"a": [' + ",".join(['""'] * 2_000_000) + "]")),
    "a number of a million digits": Hostile(lambda: bill('"TotalCharge": ' + "9" * 1_000_000), "syntax.json"),
    "a number of a million decimals": Hostile(lambda: bill('"TotalCharge": 0.' + "9" * 1_000_000)),
    "an exponent of a million digits": Hostile(lambda: bill('"TotalCharge": 1e' + "9" * 1_000_000), "syntax.json"),
    "1e400": Hostile(lambda: bill('"TotalCharge": 1e400'), "syntax.json"),
    "NaN": Hostile(lambda: bill('"TotalCharge": NaN'), "syntax.json"),
    "Infinity": Hostile(lambda: bill('"TotalCharge": -Infinity'), "syntax.json"),
    "a number beyond 64 bits": Hostile(lambda: bill('"TotalCharge": {"Magnitude": 18446744073709551616}')),
    "a key twice": Hostile(lambda: bill('"Insurer": 1, "Insurer": 2'), "syntax.duplicate-key"),
    "a key twice, once in escapes": Hostile(lambda: bill('"Insurer": 1, "\\u0049nsurer": 2'), "syntax.duplicate-key"),
    "a key 100,000 times": Hostile(lambda: bill(", ".join(['"a": 1'] * _MANY)), "syntax.duplicate-key"),
    "200,000 keys and one twice": Hostile(
        lambda: bill(", ".join(f'"a{n}": 1' for n in range(200_000)) + ', "a0": 2'), "syntax.duplicate-key"
    ),
    "a lone surrogate": Hostile(lambda: bill('"Insurer": "\\ud800"'), "syntax.json"),
    "a lone surrogate in bytes": Hostile(lambda: bill('"Insurer": "\ud800"'), "syntax.encoding"),
    "two surrogates in the wrong order": Hostile(lambda: bill('"Insurer": "\\udc00\\ud800"'), "syntax.json"),
    "a NUL escaped": Hostile(lambda: bill('"Insurer": {"Coded_string": "\\u0000"}')),
    "a NUL": Hostile(lambda: bill('"Insurer": "\0"'), "syntax.encoding"),
    "a mark of UTF-8": Hostile(lambda: b"\xef\xbb\xbf" + bill("")),
    "UTF-16": Hostile(lambda: bill("").decode().encode("utf-16"), "syntax.encoding"),
    "UTF-32": Hostile(lambda: bill("").decode().encode("utf-32-le"), "syntax.encoding"),
    "overlong UTF-8": Hostile(lambda: bill('"a": "@"').replace(b"@", b"\xc0\xaf"), "syntax.encoding"),
    "CESU-8": Hostile(lambda: bill('"a": "@"').replace(b"@", b"\xed\xa0\xbd\xed\xb8\x80"), "syntax.encoding"),
    "a text that never ends": Hostile(lambda: b'{"a": "' + b"\\u0041" * 1_000_000, "syntax.json"),
    "a text of quotation marks that never ends": Hostile(lambda: b'{"a": "' + b'\\"' * 4_000_000, "syntax.json"),
    "comments": Hostile(lambda: b'{"Composition": {"BillSummary": {} /* a */}}', "syntax.json"),
    "a type mark of a megabyte": Hostile(
        lambda: json.dumps({"$type": "a." * 500_000, "Composition": {"BillSummary": {}}}).encode()
    ),
    "Persian digits where Latin ones are due": Hostile(
        lambda: bill('"TotalCharge": {"Magnitude": ۱۲۳}'), "syntax.json"
    ),
    "Persian digits in a text": Hostile(lambda: bill('"TotalCharge": {"Magnitude": "۱۲۳"}')),
    "a text made to hang a pattern": Hostile(
        lambda: json.dumps({"Person": {"NationalCode": "1" * 1_000_000 + "!", "PostalCode": "1-" * 500_000},
                            "Composition": {"BillSummary": {}}}).encode()
    ),
    "100,000 persons in the place of one": Hostile(
        lambda: json.dumps({"Person": [{}] * _MANY, "Composition": {"BillSummary": {}}}).encode()
    ),
    "1,000 names of 9,000 letters": Hostile(
        lambda: bill(", ".join(f'"{str(n) * 2200}": 1' for n in range(1000, 2000)))
    ),
    "1,500 names behind nine megabytes of text": Hostile(
        lambda: bill(f'"a": "{"x" * 9_000_000}", ' + ", ".join(f'"Insurer{n}": 1' for n in range(1500)))
    ),
    "1,500 wrong lines behind four million Persian letters": Hostile(
        lambda: json.dumps(
            {"Person": {"FullName": "س" * 4_000_000},
             "Composition": {"BillSummary": {}, "BillServices": [{"ServiceCount": "x"}] * 1500}},
            ensure_ascii=False,
        ).encode()
    ),
    "115 services one inside the other": Hostile(
        lambda: _lines('{"RelatedService": [' * 115 + '{"Ward2": [' + "1," * 2_000_000 + '1]}' + "]}" * 115, 1),
    ),
    "4,000 medications in each other by twos": Hostile(lambda: _compounds(11), "budget.depth"),
    "20,000 groups over 20,000 lines": Hostile(
        lambda: json.dumps(
            {"Composition": {"BillSummary": {"ServiceGroupRow": _charges(20_000)}, "BillServices": _charges(20_000)}}
        ).encode()
    ),
}  # fmt: skip

OTHER: dict[str, Hostile] = {
    "an empty file": Hostile(lambda: b"", "syntax.empty"),
    "a mark of UTF-8 alone": Hostile(lambda: b"\xef\xbb\xbf", "syntax.empty"),
    "nine megabytes of blanks": Hostile(lambda: b" " * 9_000_000, "syntax.empty"),
    "nine megabytes of NUL": Hostile(lambda: b"\0" * 9_000_000, "syntax.encoding"),
    "noise": Hostile(lambda: bytes(range(256)) * 1000),
    "a JPEG": Hostile(lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 1000),
    "eleven megabytes": Hostile(lambda: xml(" " * 11_000_000), "budget.bytes"),
}
