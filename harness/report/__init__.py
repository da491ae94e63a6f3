"""What a run looks like to a person, a program and a CI server: report.html, verdict.json, junit.xml, and a list of all runs.

All are made from the folders of the runs alone, also of a run that crashed, with whatever is there.
"""

from harness.experiment import RunFacts, RunFolder
from harness.history import History
from harness.report.fallback_page import fallback_page
from harness.report.index import INDEX, write_index
from harness.report.junit import junit, junit_of_all
from harness.report.page import page
from harness.report.verdict_file import verdict_json
from harness.verdict import RunVerdict

__all__ = ["INDEX", "junit", "junit_of_all", "page", "verdict_json", "verdict_of", "write", "write_index"]


def write(folder: RunFolder, verdict: RunVerdict) -> None:
    """Write all three files of a run. A page that cannot be drawn says so, and why, in place of the drawing."""
    facts, history = folder.facts(), folder.read_history()
    folder.verdict.write_bytes(_verdict(facts, history, verdict))
    folder.junit.write_bytes(junit(facts, history, verdict))
    try:
        drawn = page(facts, history, verdict, folder.read_logs())
    except Exception as error:  # noqa: BLE001 - whatever a drawing raises, the verdict stands and the page says so
        drawn = fallback_page(facts, verdict, error)
    folder.report.write_text(drawn, encoding="utf-8")


def verdict_of(folder: RunFolder, verdict: RunVerdict) -> bytes:
    """What `write` puts into verdict.json, also where that cannot be written."""
    return _verdict(folder.facts(), folder.read_history(), verdict)


def _verdict(facts: RunFacts, history: History, verdict: RunVerdict) -> bytes:
    begin, end = history.span_ns
    return verdict_json(facts, verdict, (end - begin) / 1e9)
