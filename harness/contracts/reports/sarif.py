"""The judgement as SARIF 2.1.0, for code scanning: a result per finding, an accepted one as suppressed with its reason.

Source: OASIS Static Analysis Results Interchange Format 2.1.0, sections 3.27 (result), 3.35 (suppression), 3.33 (logical
location). A contract has no line: the file is the released document, the place within it a logical location.
"""

import json

from harness.contracts.finding import Finding, Level
from harness.contracts.judging import Judged, Judgement
from harness.contracts.reports.advice import again, for_whom

_LEVELS = {Level.ERR: "error", Level.WARN: "warning", Level.INFO: "note"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(judgement: Judgement) -> str:
    """One JSON object."""
    rules = sorted({_rule(each.finding) for each in judgement.judged})
    notes = [{"level": "error", "message": {"text": f"{name} could not judge: {error}"}} for name, error in judgement.crashed]
    run = {
        "tool": {"driver": {"name": "gauntlet contracts", "rules": [{"id": each} for each in rules]}},
        "invocations": [{"executionSuccessful": not judgement.crashed, "toolExecutionNotifications": notes}],
        "results": [_result(each, judgement.against) for each in judgement.judged],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(finding: Finding) -> str:
    return f"{finding.contract}/{finding.rule}"


def _result(judged: Judged, against: str) -> dict[str, object]:
    finding = judged.finding
    told = f"{finding.message} (for {for_whom(finding)}; again: {again(finding, against)})"
    place = {
        "physicalLocation": {"artifactLocation": {"uri": f"contracts/released/{against}"}},
        "logicalLocations": [{"fullyQualifiedName": finding.where}],
    }
    result: dict[str, object] = {
        "ruleId": _rule(finding),
        "level": _LEVELS[finding.level],
        "message": {"text": told},
        "locations": [place],
        "partialFingerprints": {"contractFinding/v1": "|".join(finding.key)},
    }
    if judged.acceptance is not None:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": judged.acceptance.reason}]
    return result
