"""Stripe's own OpenAPI document as a judge: of answers field by field, and of what a request asks to be expanded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

Json = dict[str, Any]
_ERRORS_SHOWN = 8


class Document:
    """The document; unknown fields are faults here, so that a misspelt field cannot pass for an optional one.

    `newer` names fields that the API has gained since the document was written: resource → fields.
    """

    def __init__(self, path: Path, newer: dict[str, set[str]] | None = None) -> None:
        self._spec: Json = json.loads(path.read_bytes())
        self._newer = newer or {}
        self._schemas: Json = self._spec["components"]["schemas"]
        self._components = {
            "schemas": {name: _as_json_schema(schema, self._newer.get(name)) for name, schema in self._schemas.items()}
        }
        self._paths = [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), path) for path in self._spec["paths"]]
        self._validator = cache(self._compile)

    @property
    def version(self) -> str:
        """The API version that the document describes."""
        return str(self._spec["info"]["version"])

    def template(self, method: str, path: str) -> str:
        """`/v1/invoices/in_1` → `/v1/invoices/{invoice}`. Raises LookupError: the API has no such endpoint."""
        for pattern, template in self._paths:
            if pattern.fullmatch(path) and method.lower() in self._spec["paths"][template]:
                return str(template)
        raise LookupError(f"Stripe has no {method} {path}")

    def faults(self, method: str, path: str, status: int, body: object) -> list[str]:
        """What is wrong with an answer; empty: nothing."""
        operation = self._spec["paths"][self.template(method, path)][method.lower()]
        answers = operation["responses"]
        schema = answers.get(str(status), answers["default"])["content"]["application/json"]["schema"]
        found = list(self._judge(json.dumps(_as_json_schema(schema, None)), body))
        return found + [fault for event in _events(body) for fault in self._carried(event)]

    def object_faults(self, kind: str, body: object) -> list[str]:
        """What is wrong with one object, such as `event` or `invoice`."""
        found = list(self._judge(json.dumps({"$ref": f"#/components/schemas/{kind}"}), body))
        return found + [fault for event in _events(body) for fault in self._carried(event)]

    def _carried(self, event: Json) -> Iterator[str]:
        """The object in an event is anything to the document: it is judged by what it says it is."""
        carried = event["data"]["object"]
        yield from self._judge(json.dumps({"$ref": f"#/components/schemas/{carried['object']}"}), carried)

    def _compile(self, schema: str) -> Any:
        return jsonschema_rs.Draft4Validator({**json.loads(schema), "components": self._components})

    def _judge(self, schema: str, body: object) -> Iterator[str]:
        for number, error in enumerate(self._validator(schema).iter_errors(body)):
            if number == _ERRORS_SHOWN:
                yield "and more"
                return
            yield f"{'.'.join(map(str, error.instance_path)) or 'the answer'}: {error.message[:300]}"

    def unexpandable(self, method: str, path: str, asked: list[str]) -> list[str]:
        """Of the asked expansions those that Stripe does not have; the mock server lets any pass."""
        operation = self._spec["paths"][self.template(method, path)][method.lower()]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        return [one for one in asked if not self._opens(schema, one.split("."))]

    def _opens(self, schema: Json, parts: list[str]) -> bool:
        if not parts:
            return True
        for found in self._alternatives(schema):
            inner = found.get("properties", {}).get(parts[0])
            if inner is None:
                continue
            if any(part.get("type") == "array" for part in self._alternatives(inner)):
                items = [part["items"] for part in self._alternatives(inner) if part.get("type") == "array"]
                if any(self._opens(item, parts[1:]) for item in items):
                    return True
            elif self._opens(inner, parts[1:]):
                return len(parts) > 1 or parts[0] in found.get("x-expandableFields", ())
        return False

    def _alternatives(self, schema: Json) -> list[Json]:
        """The schema itself, or everything that it may be."""
        if "$ref" in schema:
            return self._alternatives(self._schemas[schema["$ref"].rpartition("/")[2]])
        expanded = schema.get("x-expansionResources", {})
        several = [*schema.get("anyOf", ()), *expanded.get("oneOf", ())]
        return [found for one in several for found in self._alternatives(one)] if several else [schema]


def _events(body: object) -> list[Json]:
    """The events in an answer: the answer itself, or those in a list."""
    if not isinstance(body, dict):
        return []
    if body.get("object") == "event":
        return [body]
    listed = body.get("data")
    return [one for one in listed if one.get("object") == "event"] if isinstance(listed, list) else []


def _as_json_schema(schema: Any, newer: set[str] | None) -> Any:
    """OpenAPI 3.0 as JSON Schema: `nullable` written out, unknown fields forbidden where fields are listed."""
    if isinstance(schema, list):
        return [_as_json_schema(one, None) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _as_json_schema(value, None) for name, value in schema.items() if not name.startswith("x-")}
    if isinstance(schema.get("properties"), dict):
        made["properties"] = {name: _as_json_schema(one, None) for name, one in schema["properties"].items()}
        made["properties"] |= {name: {} for name in newer or ()}
        made.setdefault("additionalProperties", False)
    made.pop("format", None)
    if made.pop("nullable", None) is True:
        if not isinstance(made.get("type"), str):
            return {"anyOf": [made, {"type": "null"}]}
        made["type"] = [made["type"], "null"]
        made |= {"enum": [*made["enum"], None]} if "enum" in made else {}
    return made
