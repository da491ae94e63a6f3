"""What follows from the shape of an operation is written into its description here, so that no route can forget it.

Every operation can fail for a reason of ours (500, 503); one with a body can be refused for its form (400, 408, 413, 415,
422), one with parameters for their values (422), one with a security scheme for its token (401), or for two of them (400).
"""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from system.gateway.links import LINKS
from system.gateway.models.fields import Answer, Request
from system.gateway.problems import Fault, Problem, documentation

REFERENCE = "#/components/schemas/{model}"


def describe(schema: dict[str, Any]) -> dict[str, Any]:
    """Complete FastAPI's description: problems in place of its own validation errors."""
    for operations in schema["paths"].values():
        for operation in operations.values():
            responses = operation["responses"]
            if "HTTPValidationError" in str(responses.get("422")):
                del responses["422"]
            for status in sorted(_implied(operation)):
                responses.setdefault(str(status), documentation(status))
            operation["responses"] = dict(sorted(responses.items()))
    _link(schema["paths"])
    schemas = schema["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    _without_surrogates(schema)
    problem = Problem.model_json_schema(ref_template=REFERENCE, mode="serialization")
    problem.pop("$defs", None)
    schemas["Problem"] = problem
    schemas["Fault"] = Fault.model_json_schema(ref_template=REFERENCE, mode="serialization")
    for model in (*_below(Request), *_below(Answer)):
        if model.__name__ in schemas and isinstance(extra := model.model_config.get("json_schema_extra"), dict):
            schemas[model.__name__] |= extra  # FastAPI leaves nulls out of examples, which makes them invalid
    return schema


def _without_surrogates(described: Any) -> None:
    """Say in every pattern of text that a lone surrogate is none: JSON can escape one, and no validator takes it."""
    if isinstance(described, dict):
        if isinstance(pattern := described.get("pattern"), str):
            described["pattern"] = re.sub(r"(\\x9f|\\u3000)\]", r"\1\\ud800-\\udfff]", pattern)
        for value in described.values():
            _without_surrogates(value)
    elif isinstance(described, list):
        for value in described:
            _without_surrogates(value)


def _below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in model.__subclasses__():
        yield each
        yield from _below(each)


def _link(paths: dict[str, Any]) -> None:
    """Say after each answer where one can go from there."""
    known = {operation["operationId"]: operation for methods in paths.values() for operation in methods.values()}
    for link in LINKS:
        if link.then not in known:
            raise KeyError(f"a link from {link.after} leads to {link.then}, which is no operation")
        response = known[link.after]["responses"][str(link.status)]
        response.setdefault("links", {})[link.name] = link.described


def _implied(operation: dict[str, Any]) -> set[int]:
    implied = {500, 503}
    if "requestBody" in operation:
        implied |= {400, 408, 413, 415, 422}
    if operation.get("parameters"):
        implied |= {422}
    if operation.get("security"):
        implied |= {400, 401}
    return implied
