"""What every report says of a finding beside its message: for whom, how to see it again, how to accept it."""

import json

from harness.contracts.finding import Finding


def for_whom(finding: Finding) -> str:
    """Who is known to break."""
    return ", ".join(finding.consumers) or "no known consumer"


def again(finding: Finding, against: str) -> str:
    """The command that shows it again."""
    return f"gauntlet contracts check --only {finding.contract} --against {against}"


def acceptance(finding: Finding, against: str) -> str:
    """The entry of accepted.toml that accepts it, once its reason is written."""
    where = finding.where.replace("[", "[[]") if set(finding.where) & set("*?[") else finding.where
    entries = {"against": against, "contract": finding.contract, "rule": finding.rule, "where": where, "reason": ""}
    return "\n".join(["[[accepted]]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in entries.items())])
