"""The judgement for programs."""

import json
from dataclasses import asdict

from harness.contracts.judging import Judged, Judgement
from harness.contracts.reports.advice import acceptance, again


def json_report(judgement: Judgement) -> str:
    """One JSON object."""
    content = {
        "against": judgement.against,
        "outcome": judgement.exit_code.name,
        "checked": judgement.checked,
        "crashed": dict(judgement.crashed),
        "findings": [_finding(each, judgement.against) for each in judgement.judged],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _finding(judged: Judged, against: str) -> dict[str, object]:
    return asdict(judged.finding) | {
        "accepted": judged.acceptance.reason if judged.acceptance is not None else None,
        "again": again(judged.finding, against),
        "accept": acceptance(judged.finding, against),
    }
