"""The files of a run: report.html for people, verdict.json for programs, junit.xml for CI; and a list of all runs.

All are made from the folders of the runs alone, also of a crashed run, from what was written.
"""

from harness.experiment import JudgedRun
from harness.report.fallback_page import fallback_page
from harness.report.index import INDEX, write_index
from harness.report.junit import junit, junit_of_all
from harness.report.measures import measured
from harness.report.page import page
from harness.report.verdict_file import verdict_json

__all__ = ["INDEX", "junit", "junit_of_all", "page", "verdict_json", "verdict_of", "write", "write_index"]


def write(run: JudgedRun) -> None:
    """Write all three files of a run. When rendering fails, report.html holds the verdict and the error."""
    folder, facts, history, verdict = run.folder, run.facts, run.history, run.verdict
    folder.verdict.write_bytes(verdict_json(facts, verdict, measured(history)))
    folder.junit.write_bytes(junit(facts, history, verdict))
    try:
        drawn = page(facts, history, verdict, folder.read_logs())
    except Exception as error:  # noqa: BLE001 - whatever a drawing raises, the verdict stands and the page says so
        drawn = fallback_page(facts, verdict, error)
    folder.report.write_text(drawn, encoding="utf-8")


def verdict_of(run: JudgedRun) -> bytes:
    """The content of verdict.json, without writing it."""
    return verdict_json(run.facts, run.verdict, measured(run.history))
