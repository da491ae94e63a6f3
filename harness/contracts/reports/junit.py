"""The judgement for CI servers: a suite per contract, a test case per finding and one for the check itself.

An unaccepted ERR is a failure, a checker that could not judge an error; WARN and INFO pass, with their text in the output.
"""

import re
import xml.etree.ElementTree as ET

from junitparser import Error, Failure, JUnitXml, TestCase, TestSuite

from harness.contracts.judging import Judged, Judgement
from harness.contracts.reports.advice import acceptance, again, for_whom

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(judgement: Judgement) -> str:
    """An XML document."""
    crashed = dict(judgement.crashed)
    document = JUnitXml()
    document.extend(_suite(judgement, name, crashed.get(name, "")) for name in (*judgement.checked, *crashed))
    document.update_statistics()
    root = ET.fromstring(document.tostring())  # noqa: S314 - written above
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(judgement: Judgement, name: str, crash: str) -> TestSuite:
    suite = TestSuite(f"contracts.{name}")
    suite.add_property("against", judgement.against)
    whole = TestCase(f"compared with {judgement.against}", f"contracts.{name}")
    if crash:
        whole.result = Error(_clean(crash))
    suite.append(whole)
    for each in judgement.of(name):
        suite.append(_case(each, judgement.against))
    return suite


def _case(judged: Judged, against: str) -> TestCase:
    finding = judged.finding
    case = TestCase(_clean(f"{finding.rule} {finding.where}"), f"contracts.{finding.contract}")
    told = [finding.message, f"for {for_whom(finding)}", again(finding, against), acceptance(finding, against)]
    if judged.breaks:
        failure = Failure(_clean(finding.message), finding.rule)
        failure.text = _clean("\n".join(told))
        case.result = failure
    else:
        accepted = f", accepted: {judged.acceptance.reason}" if judged.acceptance is not None else ""
        case.system_out = _clean("\n".join([f"{finding.level}{accepted}", *told]))
    return case


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 cannot carry."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
