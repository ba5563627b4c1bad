"""Documents to judge: the shared examples, and changes made to them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from termserver.service import TermServer
from termserver.validation.shape import Shape
from termserver.validation.xml_message import VM, write_xml


@pytest.fixture(scope="session")
def examples(shared: Path) -> Path:
    return shared / "domain" / "examples"


@pytest.fixture(scope="session")
def shapes(server: TermServer) -> dict[str, Shape]:
    return {known.id: Shape(known) for known in server.document_types()}


@pytest.fixture(scope="session")
def twins(shapes: dict[str, Shape]) -> Callable[[str, dict[str, Any]], dict[str, bytes]]:
    """One message written as XML and as JSON; what the type does not know is written too."""
    from lxml import etree

    def write(type_id: str, message: dict[str, Any]) -> dict[str, bytes]:
        root = write_xml(message, shapes[type_id])
        _add_unknown(root, message, shapes[type_id], shapes[type_id].type.root)
        return {"xml": etree.tostring(root, encoding="utf-8"), "json": json.dumps(message, ensure_ascii=False).encode()}

    return write


def _add_unknown(element: Any, message: dict[str, Any], shape: Shape, class_name: str) -> None:
    """Write the members that a class does not know as elements, in the Ministry's namespace."""
    from lxml import etree

    fields = shape.of(class_name).fields
    for name, value in message.items():
        if name not in fields:
            etree.SubElement(element, f"{{{VM}}}{name}").text = value if isinstance(value, str) else None
        elif isinstance(value, dict) and shape.is_class(fields[name].type) and not fields[name].repeats:
            child = element.find(f"{{{VM}}}{name}")
            if child is not None:
                _add_unknown(child, value, shape, fields[name].type)


@pytest.fixture(scope="session")
def bill(examples: Path) -> dict[str, Any]:
    return json.loads((examples / "03_patient_bill_inpatient.json").read_bytes())  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def outpatient_bill(examples: Path) -> dict[str, Any]:
    return json.loads((examples / "04_patient_bill_outpatient.json").read_bytes())  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def prescription(examples: Path) -> dict[str, Any]:
    return json.loads((examples / "01_medication_prescription.json").read_bytes())  # type: ignore[no-any-return]
