"""junit.xml: the verdict for CI servers. Only PASS is a passed test.

A broken promise is a failure. What proved nothing (UNKNOWN, VACUOUS, an unmet requirement, a broken run) is an
error, not "skipped": CI servers show skipped tests as green.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.experiment import RunFacts, RunFolder
from harness.history import History
from harness.verdict import Outcome, RunVerdict, Verdict

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class _Case:
    name: str
    kind: str = ""  # "", "failure" or "error"
    message: str = ""
    text: str = ""


def junit(facts: RunFacts, history: History, verdict: RunVerdict) -> bytes:
    """One test case per guarantee, per requirement and for the run itself."""
    return _document([_suite(facts, history, verdict)])


def junit_of_all(folders: Iterable[RunFolder]) -> bytes:
    """The junit.xml of several runs as one, a suite for each. A run without a readable one is an error by itself."""
    suites: list[ET.Element] = []
    for folder in folders:
        try:
            suites += ET.fromstring(folder.junit.read_bytes()).findall("testsuite")  # noqa: S314 - written by this program
        except (OSError, ET.ParseError) as error:
            suites.append(_suite_of(folder.path.name, [_Case("the run itself", "error", f"no report: {error}")]))
    return _document(suites)


def _suite(facts: RunFacts, history: History, verdict: RunVerdict) -> ET.Element:
    begin, end = history.span_ns
    suite = _suite_of(facts.experiment, list(_cases(facts, verdict)))
    suite.set("timestamp", facts.started_at.isoformat())
    suite.set("time", f"{(end - begin) / 1e9:.3f}")
    properties = ET.Element("properties")
    for name, value in (("seed", str(facts.seed)), ("replay", facts.replay), ("outcome", verdict.outcome.value)):
        ET.SubElement(properties, "property", name=name, value=value)
    suite.insert(0, properties)
    return suite


def _suite_of(name: str, cases: Sequence[_Case]) -> ET.Element:
    suite = ET.Element(
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=str(sum(case.kind == "failure" for case in cases)),
        errors=str(sum(case.kind == "error" for case in cases)),
        skipped="0",
    )
    for case in cases:
        element = ET.SubElement(suite, "testcase", name=_clean(case.name), classname=name)
        if case.kind:
            ET.SubElement(element, case.kind, message=_clean(case.message)).text = _clean(case.text)
    return suite


def _document(suites: Iterable[ET.Element]) -> bytes:
    """The suites in one document, with their sums."""
    found = list(suites)
    sums = {name: str(sum(int(suite.get(name, "0")) for suite in found)) for name in ("tests", "failures", "errors", "skipped")}
    document = ET.Element("testsuites", sums)
    document.extend(found)
    ET.indent(document)
    text: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _cases(facts: RunFacts, verdict: RunVerdict) -> Iterable[_Case]:
    for each in verdict.verdicts:
        yield _judged(each, facts.replay)
    for requirement in verdict.requirements:
        kind = "" if requirement.met else "error"
        yield _Case(requirement.name, kind, f"{Outcome.VACUOUS}: {requirement.detail}", facts.replay)
    yield _Case("the run itself", "error" if verdict.errors else "", "; ".join(verdict.errors), facts.replay)


def _judged(verdict: Verdict, replay: str) -> _Case:
    if verdict.outcome is Outcome.PASS:
        return _Case(verdict.guarantee)
    if verdict.outcome is Outcome.FAIL:
        evidence = [f"promise: {verdict.promise}", *(violation.what for violation in verdict.evidence), replay]
        message = f"{len(verdict.evidence)} violations, first: {verdict.evidence[0].what}"
        return _Case(verdict.guarantee, "failure", message, "\n".join(evidence))
    return _Case(verdict.guarantee, "error", f"{verdict.outcome}: {verdict.why}", replay)


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 cannot carry."""
    return _NOT_XML.sub("�", text)
