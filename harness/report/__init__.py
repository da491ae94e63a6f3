"""What a run looks like to a person, a program and a CI server: report.html, verdict.json and junit.xml.

All three are made from the run's folder alone, also of a run that crashed, with whatever is there.
"""

from harness.experiment import RunFolder
from harness.report.junit import junit
from harness.report.page import page
from harness.report.verdict_file import verdict_json
from harness.verdict import RunVerdict

__all__ = ["junit", "page", "verdict_json", "write"]


def write(folder: RunFolder, verdict: RunVerdict) -> None:
    """Write all three files. The page comes last: a program finds the verdict even if drawing fails."""
    facts, history = folder.facts(), folder.read_history()
    folder.verdict.write_bytes(verdict_json(facts, verdict))
    folder.junit.write_bytes(junit(facts, history, verdict))
    folder.report.write_text(page(facts, history, verdict, folder.read_logs()), encoding="utf-8")
