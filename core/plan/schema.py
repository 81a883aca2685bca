"""The JSON Schemas of both file formats, generated from the types, so that editors complete and check while one writes."""

from __future__ import annotations

from typing import Any

import msgspec

from core.plan import document, register
from core.plan.conditions import FACTS
from core.plan.document import PlanDocument
from core.plan.register import RegisterFile
from core.plan.values import Json

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def plan_schema() -> dict[str, Any]:
    """The schema of `liandong-plan/1`."""
    return _schema(PlanDocument, document.FORMAT)


def register_schema() -> dict[str, Any]:
    """The schema of `liandong-register/1`."""
    return _schema(RegisterFile, register.FORMAT)


def schema_bytes(schema: dict[str, Any]) -> bytes:
    """A schema as the file that is shipped."""
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"


def _schema(type_: type[msgspec.Struct], title: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"$schema": DIALECT, "title": title, **msgspec.json.schema(type_)}
    definitions: dict[str, Any] = schema["$defs"]
    for definition in definitions.values():
        if definition.get("type") == "object":
            definition["patternProperties"] = {"^x-": {}}
    # A name may be written as its Chinese text alone.
    definitions["Name"]["additionalProperties"] = False
    definitions["Name"] = {"anyOf": [definitions["Name"]["properties"]["zh"], definitions["Name"]]}
    if condition := definitions.get("Condition"):
        condition["oneOf"] = [{"required": [key]} for key in ("any", "all", "not", "fact")]
        condition["dependentRequired"] = {"fact": ["op", "value"]}
        condition["properties"]["fact"] = {"enum": list(FACTS)}
    return {key: _opened(value) for key, value in schema.items()}


def _opened(node: Json) -> Json:
    """The schema with every list that may be written as its one entry opened for that."""
    if isinstance(node, list):
        return [_opened(item) for item in node]
    if not isinstance(node, dict):
        return node
    opened = {key: _opened(value) for key, value in node.items() if key != "x-one-or-many"}
    return {"anyOf": [opened["items"], opened]} if "x-one-or-many" in node else opened
