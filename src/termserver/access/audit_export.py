"""Accesses for others: as JSON lines, as CSV, as FHIR AuditEvents (R4, after IHE BALP)."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson

from termserver.access.audit_reading import Event

COLUMNS = (
    "t", "node", "stream", "n", "who", "roles", "by", "organisation", "address", "do", "route", "status",
    "registry", "count", "codes", "purpose", "release", "ms", "request",
)  # fmt: skip
_TYPE = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_SUBTYPE = "http://hl7.org/fhir/restful-interaction"
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
_OBJECT = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_REQUEST = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
_READ = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.Read"
_READS = frozenset(("read", "history", "page", "lookup"))
_PIECE = 1000


def ndjson(events: Iterable[Event]) -> Iterator[bytes]:
    """One access a line, without the chain."""
    for said in events:
        yield orjson.dumps({name: told for name, told in said.items() if name != "h"}, option=orjson.OPT_APPEND_NEWLINE)


def as_csv(events: Iterable[Event]) -> Iterator[bytes]:
    """A table with a head, UTF-8 with a mark for spreadsheets; lists are joined by spaces."""
    room = io.StringIO()
    table = csv.writer(room)
    table.writerow(COLUMNS)
    yield "\ufeff".encode()
    for number, said in enumerate(events):
        table.writerow([_cell(said.get(name, "")) for name in COLUMNS])
        if number % _PIECE == _PIECE - 1:
            yield room.getvalue().encode()
            room.seek(0)
            room.truncate()
    yield room.getvalue().encode()


def _cell(told: Any) -> str:
    said = " ".join(map(str, told)) if isinstance(told, list) else str(told)
    return "'" + said if said[:1] in ("=", "+", "-", "@") else said  # a name must not become a formula


def fhir(events: Iterable[Event]) -> Iterator[bytes]:
    """One AuditEvent a line (bulk-data NDJSON)."""
    for said in events:
        yield orjson.dumps(audit_event(said), option=orjson.OPT_APPEND_NEWLINE)


def audit_event(said: Event) -> dict[str, Any]:
    """An access as an AuditEvent; reading an entry has BALP's profile of a read."""
    action, status = said.get("do", ""), int(said.get("status", 200))
    reading = action in _READS
    made: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": f"{said['node']}-{said['stream']}-{said['n']}",
        "type": {"system": _TYPE, "code": "rest", "display": "RESTful Operation"},
        "subtype": [{"system": _SUBTYPE, "code": "read" if reading else "operation", "display": action}],
        "action": "R" if reading else "E",
        "recorded": said["t"],
        "outcome": "0" if status < 400 else "4" if status < 500 else "8",
        "agent": _agents(said),
        "source": {"observer": {"display": said["node"]}},
        "entity": _entities(said, reading),
    }
    if reading and said.get("codes"):
        made["meta"] = {"profile": [_READ]}
    if said.get("purpose"):
        made["purposeOfEvent"] = [{"text": said["purpose"]}]
    return made


def _agents(said: Event) -> list[dict[str, Any]]:
    network = {"network": {"address": said["address"], "type": "2"}} if said.get("address") else {}
    user: dict[str, Any] = {
        "type": {"coding": [{"system": _PARTICIPATION, "code": "IRCP", "display": "information recipient"}]},
        "who": {"display": said.get("who", "anonymous")},
        "role": [{"text": role} for role in said.get("roles", ())],
        "requestor": True,
    }
    client = {
        "type": {"coding": [{"system": _DICOM, "code": "110152", "display": "Destination Role ID"}]},
        "who": {"display": said.get("organisation") or said.get("who", "anonymous")},
        "requestor": False,
        **network,
    }
    server = {
        "type": {"coding": [{"system": _DICOM, "code": "110153", "display": "Source Role ID"}]},
        "who": {"display": said["node"]},
        "requestor": False,
    }
    if not user["role"]:
        del user["role"]
    return [user, client, server]


def _entities(said: Event, reading: bool) -> list[dict[str, Any]]:
    registry = said.get("registry", "")
    role = ("4", "Domain Resource") if reading else ("3", "Report")
    found: list[dict[str, Any]] = [
        {
            "what": {"identifier": {"system": f"urn:termserver:registry:{registry}", "value": code}},
            "type": {"system": _OBJECT, "code": "2", "display": "System Object"},
            "role": {"system": _ROLE, "code": role[0], "display": role[1]},
        }
        for code in said.get("codes", ())
    ]
    if said.get("request"):
        found.append(
            {
                "what": {"identifier": {"value": said["request"]}},
                "type": {"system": _REQUEST, "code": "XrequestId"},
            }
        )
    details = [
        {"type": name, "valueString": str(said[name])}
        for name in ("route", "registry", "count", "release")
        if said.get(name)
    ]
    found.append({"what": {"display": said.get("route") or said.get("do", "")}, "detail": details})
    return found


FORMS: dict[str, Callable[[Iterable[Event]], Iterator[bytes]]] = {"ndjson": ndjson, "csv": as_csv, "fhir": fhir}
