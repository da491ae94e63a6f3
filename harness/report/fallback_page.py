"""The page of a run that could not be drawn: the verdict and the reason in plain words, so that no run is without a page."""

import traceback

from markupsafe import Markup

from harness.experiment import RunRecord
from harness.verdict import RunVerdict

_PAGE = Markup("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{outcome} · {experiment} · seed {seed}</title></head>
<body style="font-family: system-ui; max-width: 60rem; margin: 1rem auto; padding: 0 1rem; overflow-wrap: anywhere">
<h1>{outcome}: {experiment}, seed {seed}</h1>
<p>This page could not be drawn, which is a defect of gauntlet. It does not touch the verdict: all of it is in verdict.json.</p>
<p>Do it again: <code>{replay}</code></p>
<ul>{said}</ul>
<pre style="white-space: pre-wrap">{trouble}</pre>
</body></html>
""")


def fallback_page(facts: RunRecord, verdict: RunVerdict, error: Exception) -> str:
    """A page that needs nothing but the verdict."""
    said = [*verdict.errors, *(f"{each.guarantee}: {each.outcome} {each.why}" for each in verdict.verdicts)]
    return str(
        _PAGE.format(
            outcome=verdict.outcome.value,
            experiment=facts.experiment,
            seed=facts.seed,
            replay=facts.replay,
            said=Markup("").join(Markup("<li>{}</li>").format(each[:1000]) for each in said),
            trouble="".join(traceback.format_exception(error)),
        )
    )
