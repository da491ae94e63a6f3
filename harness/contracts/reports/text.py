"""The judgement for a terminal: findings that matter in full, INFO and accepted ones in a line each, then the sums."""

from collections.abc import Iterator

from harness.contracts.finding import Level
from harness.contracts.judging import Judged, Judgement
from harness.contracts.reports.advice import acceptance, again, for_whom


def text(judgement: Judgement) -> str:
    """Plain text."""
    return "\n".join([*_findings(judgement), *_crashes(judgement), *_sums(judgement)]) + "\n"


def _findings(judgement: Judgement) -> Iterator[str]:
    unaccepted = [each for each in judgement.judged if each.acceptance is None]
    for each in unaccepted:
        if each.finding.level is not Level.INFO:
            yield from _finding(each, judgement.against)
    notes = [each.finding for each in unaccepted if each.finding.level is Level.INFO]
    yield from (f"{each.level:<5}{each.contract} {each.rule} {each.where}: {each.message}" for each in notes)
    if notes:
        yield ""
    accepted = [each for each in judgement.judged if each.acceptance is not None]
    for each in accepted:
        assert each.acceptance is not None  # noqa: S101 - selected above
        yield f"accepted {each.finding.rule} {each.finding.where}: {each.acceptance.reason}"
    if accepted:
        yield ""


def _finding(judged: Judged, against: str) -> Iterator[str]:
    finding = judged.finding
    yield f"{finding.level:<5}{finding.contract} {finding.rule}"
    yield f"     where   {finding.where}"
    yield f"     what    {finding.message}"
    yield f"     whom    {for_whom(finding)}"
    yield f"     again   {again(finding, against)}"
    indented = acceptance(finding, against).replace("\n", "\n             ")
    yield f"     accept  {indented}"
    yield ""


def _crashes(judgement: Judgement) -> Iterator[str]:
    for name, error in judgement.crashed:
        yield f"UNKNOWN {name} could not judge: {error}"


def _sums(judgement: Judgement) -> Iterator[str]:
    for name in judgement.checked:
        of = judgement.of(name)
        levels = ", ".join(f"{_open(of, level)} {level}" for level in Level)
        yield f"{name:<10} {levels}, {sum(each.acceptance is not None for each in of)} accepted"
    yield f"compared with {judgement.against}: {judgement.exit_code.name}"


def _open(of: tuple[Judged, ...], level: Level) -> int:
    return sum(1 for each in of if each.acceptance is None and each.finding.level is level)
