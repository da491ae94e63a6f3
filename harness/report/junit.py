"""junit.xml: the verdict for CI servers. Only PASS is a passed test.

A broken promise is a failure. What proved nothing (UNKNOWN, VACUOUS, an unmet requirement, a broken run) is an
error, not "skipped": CI servers show skipped tests as green.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator

from junitparser import Error, Failure, JUnitXml, TestCase, TestSuite
from junitparser.junitparser import FinalResult, JUnitXmlError

from harness.experiment import RunFolder, RunRecord
from harness.history import History
from harness.verdict import Outcome, RunVerdict, Verdict

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_THE_RUN = "the run itself"


def junit(facts: RunRecord, history: History, verdict: RunVerdict) -> bytes:
    """One test case per guarantee, per requirement and for the run itself."""
    begin, end = history.span_ns
    suite = TestSuite(facts.experiment)
    suite.timestamp = facts.started_at.isoformat()
    for name, value in (("seed", str(facts.seed)), ("replay", facts.replay), ("outcome", verdict.outcome.value)):
        suite.add_property(name, value)
    suite.extend(_cases(facts, verdict, (end - begin) / 1e9))
    return _document([suite])


def junit_of_all(folders: Iterable[RunFolder]) -> bytes:
    """The junit.xml of several runs as one, a suite for each. A run without a readable one counts as an error."""
    return _document(suite for folder in folders for suite in _saved(folder))


def _saved(folder: RunFolder) -> Iterator[TestSuite]:
    try:
        yield from JUnitXml.fromstring(folder.junit.read_text("utf-8"))
    except (OSError, ValueError, ET.ParseError, JUnitXmlError) as error:
        suite = TestSuite(folder.path.name)
        suite.append(_case(folder.path.name, _THE_RUN, Error(_clean(f"no report: {error}"))))
        yield suite


def _document(suites: Iterable[TestSuite]) -> bytes:
    """The suites in one document, with their sums."""
    document = JUnitXml()
    document.extend(suites)  # not add_testsuite: it merges two that look alike, and each run stands for itself
    document.update_statistics()
    readable = ET.fromstring(document.tostring())  # noqa: S314 - written above
    ET.indent(readable)
    text: bytes = ET.tostring(readable, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _cases(facts: RunRecord, verdict: RunVerdict, took_s: float) -> Iterator[TestCase]:
    suite, replay = facts.experiment, facts.replay
    for each in verdict.verdicts:
        yield _case(suite, each.guarantee, _judged(each), _explained(each, replay))
    for requirement in verdict.requirements:
        unmet = None if requirement.met else Error(_clean(f"{Outcome.VACUOUS}: {requirement.detail}"), Outcome.VACUOUS.value)
        yield _case(suite, requirement.name, unmet, replay)
    run = _case(suite, _THE_RUN, Error(_clean("; ".join(verdict.errors))) if verdict.errors else None, replay)
    run.time = round(took_s, 3)
    yield run


def _case(suite: str, name: str, problem: FinalResult | None, text: str = "") -> TestCase:
    case = TestCase(_clean(name), suite)
    if problem is not None:
        problem.text = _clean(text)
        case.result = problem
    return case


def _judged(verdict: Verdict) -> FinalResult | None:
    if verdict.outcome is Outcome.PASS:
        return None
    if verdict.outcome is Outcome.FAIL:
        first = verdict.evidence[0].what
        return Failure(_clean(f"{len(verdict.evidence)} violations, first: {first}"), verdict.outcome.value)
    return Error(_clean(f"{verdict.outcome}: {verdict.why}"), verdict.outcome.value)


def _explained(verdict: Verdict, replay: str) -> str:
    if verdict.outcome is not Outcome.FAIL:
        return replay
    return "\n".join([f"promise: {verdict.promise}", *_evidence(verdict), replay])


def _evidence(verdict: Verdict) -> Iterator[str]:
    """What was seen, and the commands that show it again where there are some."""
    for violation in verdict.evidence:
        yield violation.what
        commands = violation.facts.get("reproduce")
        yield from (f"    {each}" for each in commands if isinstance(each, str)) if isinstance(commands, list) else ()


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 cannot carry, which ElementTree would write all the same."""
    return _NOT_XML.sub("�", text)
