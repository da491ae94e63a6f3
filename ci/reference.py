"""Writes the JSON Schema and the reference page of services.toml: `python -m ci.reference`. The gate checks both.

Both are generated from the pydantic models in harness.stack.services_toml.tables.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.stack import services_toml
from harness.stack.services_toml import ServicesToml

FOLDER = Path(services_toml.__file__).parent
HEAD = """# services.toml

Written by `make reference` from harness/stack/services_toml/tables.py; the gate checks that it is current.

The file describes a system under test: the servers it needs, the processes it consists of, and who calls whom. A key that is
not listed here is an error, and so is a name that is nowhere defined; all that is wrong is said at once. Editors that know TOML
complete and check it by `schema.json` beside this page, when the file begins with `#:schema` and the path to that.

In commands, variables and templates `{name}` is a placeholder; a brace as such is written twice: `{{`, `}}`.

- Names of servers and processes: lower-case letters, digits and single hyphens; not `proxy`, nor an instance's (`order-1`).
- `entry` and `show`, ports and callers are names that occur elsewhere in the file.
- No variable of a process is set twice: by a port, an edge, `[environment]` or its own `environment`.
"""
EDGE = '[edges] "CALLER->CALLEE"'
ROW_HEAD = "| Key | Type | Default | Meaning |\n|---|---|---|---|\n"
TYPES = {"array": "list of strings", "object": "table of strings", "boolean": "`true` or `false`", "string": "string"}


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_tidy(ServicesToml.model_json_schema())}


def page() -> str:
    """The reference page."""
    return HEAD + "".join(f"\n{section}" for section in _sections(schema()))


def files() -> Mapping[Path, str]:
    """The contents by path."""
    return {
        FOLDER / "schema.json": json.dumps(schema(), indent=2, ensure_ascii=False) + "\n",
        FOLDER / "REFERENCE.md": page(),
    }


def stale() -> list[str]:
    """The errors of the files: empty when they are current."""
    return [
        f"{path.relative_to(FOLDER.parent)} is not current: run `make reference`"
        for path, content in files().items()
        if not path.exists() or path.read_text() != content
    ]


def _sections(whole: Mapping[str, Any]) -> Iterator[str]:
    """A heading for each table of the file, with its keys the first time they are met; [stack] first."""
    described: dict[str, str] = {}
    for name, section in sorted(whole["properties"].items(), key=lambda item: item[0] != "stack"):
        heading = f"[{name}]" if name in {"stack", "environment"} else f"[{name}.NAME]" if name != "edges" else EDGE
        reference = section.get("$ref") or next(iter(section["patternProperties"].values())).get("$ref")
        if reference in described:
            yield f"## {heading}\n\n{section['description']} Keys as in {described[reference]}.\n"
        elif reference is None:
            yield f"## {heading}\n\n{section['description']}\n"
        else:
            described[reference] = heading
            table = _definition(whole, reference)
            yield f"## {heading}\n\n{table['description']}\n\n{ROW_HEAD}{''.join(_rows(whole, table, ''))}"


def _rows(whole: Mapping[str, Any], table: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for key, field in table["properties"].items():
        default = f"`{json.dumps(field['default'])}`" if "default" in field else "none"
        default = "required" if key in table.get("required", ()) else default
        yield f"| `{prefix}{key}` | {_type(field)} | {default} | {field['description']} |\n"
        if "$ref" in field:
            yield from _rows(whole, _definition(whole, field["$ref"]), f"{prefix}{key}.")


def _type(field: Mapping[str, Any]) -> str:
    if "enum" in field:
        return " or ".join(f"`{word}`" for word in field["enum"])
    if "minimum" in field:
        return f"{field['minimum']} to {field['maximum']}"
    return TYPES[field["type"]] if "type" in field else "table"


def _definition(whole: Mapping[str, Any], reference: str) -> Mapping[str, Any]:
    definition: Mapping[str, Any] = whole["$defs"][reference.rpartition("/")[2]]
    return definition


def _tidy(schema: Any) -> Any:
    """Without pydantic's titles and null defaults (TOML has no null), and closed: keys of another form are errors."""
    if isinstance(schema, list):
        return [_tidy(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    left_out = {"title"} if isinstance(schema.get("title"), str) else set()
    left_out |= {"default"} if schema.get("default", "") is None else set()
    closed = {"additionalProperties": False} if "patternProperties" in schema else {}
    return {key: _tidy(value) for key, value in schema.items() if key not in left_out} | closed


def main() -> int:
    """Write both; returns the exit code."""
    for path, content in files().items():
        path.write_text(content)
        sys.stdout.write(f"wrote {path.relative_to(Path.cwd())}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
