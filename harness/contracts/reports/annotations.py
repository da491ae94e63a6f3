"""The judgement as workflow commands of GitHub Actions, one line per finding that is not accepted.

Source: GitHub Docs, "Workflow commands for GitHub Actions": `%`, CR and LF are escaped in values, `:` and `,` in properties.
"""

from harness.contracts.finding import Level
from harness.contracts.judging import Judgement
from harness.contracts.reports.advice import again, for_whom

_COMMANDS = {Level.ERR: "error", Level.WARN: "warning", Level.INFO: "notice"}


def annotations(judgement: Judgement) -> str:
    """A line each; empty when there is nothing."""
    lines = []
    for each in judgement.judged:
        if each.acceptance is None:
            finding = each.finding
            title = _property(f"{finding.contract} {finding.rule}")
            told = f"{finding.where}: {finding.message} For {for_whom(finding)}. Again: {again(finding, judgement.against)}"
            lines.append(f"::{_COMMANDS[finding.level]} title={title}::{_value(told)}")
    lines += [f"::error title={_property(name)}::{_value(f'could not judge: {error}')}" for name, error in judgement.crashed]
    return "".join(f"{line}\n" for line in lines)


def _value(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _value(text).replace(":", "%3A").replace(",", "%2C")
