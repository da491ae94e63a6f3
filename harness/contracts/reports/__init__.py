"""A judgement as text, JSON, JUnit, SARIF and GitHub's annotations. `FORMATS` is the registry: name, file, writer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.contracts.judging import Judgement
from harness.contracts.reports.annotations import annotations
from harness.contracts.reports.json_report import json_report
from harness.contracts.reports.junit import junit
from harness.contracts.reports.sarif import sarif
from harness.contracts.reports.text import text


@dataclass(frozen=True)
class Format:
    """A way to write a judgement, and the file that it goes into."""

    file: str
    write: Callable[[Judgement], str]


FORMATS: Mapping[str, Format] = {
    "text": Format("contracts.txt", text),
    "json": Format("contracts.json", json_report),
    "junit": Format("junit.xml", junit),
    "sarif": Format("contracts.sarif", sarif),
    "github": Format("annotations.txt", annotations),
}


def write_all(judgement: Judgement, folder: Path) -> None:
    """Every format, one file each. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in FORMATS.values():
        (folder / each.file).write_text(each.write(judgement), "utf-8")
