"""The part of the SARIF 2.1.0 schema that our log uses, closed: what is not named here may not be written.

Names, types, required members and limits are those of the OASIS schema's definitions of the same
names (sarifLog, run, tool, toolComponent, reportingDescriptor, result, message, location,
physicalLocation, artifactLocation, region, logicalLocation, artifact, invocation, notification).
"""

from typing import Any


def _closed(required: str, **members: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": members,
        "required": required.split(),
        "additionalProperties": False,
    }


def _list(item: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": least}


TEXT = {"type": "string"}
BAG = {"type": "object", "properties": {"tags": {"type": "array", "items": TEXT, "uniqueItems": True}}}
INDEX = {"type": "integer", "minimum": 0}
FROM_ONE = {"type": "integer", "minimum": 1}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
MESSAGE = _closed("text", text=TEXT)
ARTIFACT_LOCATION = _closed("uri", uri={"type": "string", "format": "uri-reference"}, index=INDEX)
REGION = _closed("startLine", startLine=FROM_ONE, startColumn=FROM_ONE)
LOCATION = _closed(
    "physicalLocation",
    physicalLocation=_closed("artifactLocation", artifactLocation=ARTIFACT_LOCATION, region=REGION),
    logicalLocations={**_list(_closed("", name=TEXT, fullyQualifiedName=TEXT)), "uniqueItems": True},
)
RULE = _closed(
    "id",
    id=TEXT,
    shortDescription=MESSAGE,
    defaultConfiguration=_closed("", level=LEVEL),
    properties=BAG,
)
RESULT = _closed(
    "message ruleId ruleIndex level locations partialFingerprints",
    ruleId=TEXT,
    ruleIndex=INDEX,
    level=LEVEL,
    message=MESSAGE,
    locations=_list(LOCATION),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    properties=BAG,
)
ARTIFACT = _closed(
    "location",
    location=ARTIFACT_LOCATION,
    roles={**_list({"enum": ["analysisTarget"]}), "uniqueItems": True},
    hashes={"type": "object", "additionalProperties": TEXT},
    properties=BAG,
)
NOTIFICATION = _closed(
    "message", descriptor=_closed("id", id=TEXT), level=LEVEL, message=MESSAGE, locations=_list(LOCATION)
)
RUN = _closed(
    "tool results",
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results=_list(RESULT),
    tool=_closed(
        "driver",
        driver=_closed(
            "name",
            name=TEXT,
            version=TEXT,
            language={"type": "string", "pattern": "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$"},
            rules={**_list(RULE), "uniqueItems": True},
        ),
    ),
    artifacts={**_list(ARTIFACT), "uniqueItems": True},
    invocations=_list(
        _closed(
            "executionSuccessful",
            executionSuccessful={"type": "boolean"},
            exitCode={"type": "integer"},
            toolExecutionNotifications=_list(NOTIFICATION),
        )
    ),
    properties=BAG,
)
LOG = _closed(
    "version runs", **{"$schema": {"type": "string", "format": "uri"}}, version={"const": "2.1.0"}, runs=_list(RUN)
)
