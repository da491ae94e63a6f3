"""junit.xml: the verdict for CI servers. Only PASS is a passed test.

A broken promise is a failure. What proved nothing (UNKNOWN, VACUOUS, an unmet requirement, a broken run) is an
error, not "skipped": CI servers show skipped tests as green.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass

from harness.experiment import RunFacts
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
    begin, end = history.span_ns
    cases = list(_cases(facts, verdict))
    suite = ET.Element(
        "testsuite",
        name=facts.experiment,
        timestamp=facts.started_at.isoformat(),
        time=f"{(end - begin) / 1e9:.3f}",
        tests=str(len(cases)),
        failures=str(sum(case.kind == "failure" for case in cases)),
        errors=str(sum(case.kind == "error" for case in cases)),
        skipped="0",
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in (("seed", str(facts.seed)), ("replay", facts.replay), ("outcome", verdict.outcome.value)):
        ET.SubElement(properties, "property", name=name, value=value)
    for case in cases:
        element = ET.SubElement(suite, "testcase", name=_clean(case.name), classname=facts.experiment)
        if case.kind:
            ET.SubElement(element, case.kind, message=_clean(case.message)).text = _clean(case.text)
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    document: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


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
