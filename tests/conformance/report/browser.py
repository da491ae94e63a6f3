"""Opens a page in a headless Chromium and tells what became of it: script errors, overflow, charts, colours.

The browser is the machine's own; where it is missing and this user may install packages, it is installed from Debian. The
page itself is not changed: a copy of it carries a script that watches and, once asked, does what a user would do.
"""

import html
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGE = "chromium"
TIMEOUT_S = 110
BUDGET_MS = 5_000
"""Virtual time: it passes as fast as the page's own work allows."""

PROBE = """
<script>
(() => {
  const errors = [];
  addEventListener("error", event => errors.push(String(event.message || event.target?.tagName)), true);
  addEventListener("unhandledrejection", event => errors.push(String(event.reason)));
  for (const level of ["error", "warn"]) console[level] = (...words) => errors.push(level + ": " + words.join(" "));
  const shown = element => element.getClientRects().length > 0;
  const beyond = element => element.getBoundingClientRect().right > innerWidth + 0.5;
  const wide = element => beyond(element) && !element.closest(".scroll, pre, .log, svg");
  const look = () => ({
    errors,
    width: innerWidth,
    overflow: document.scrollingElement.scrollWidth - innerWidth,
    too_wide: [...document.body.querySelectorAll("*")].filter(shown).filter(wide).map(each => each.outerHTML.slice(0, 80)),
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
    ground: getComputedStyle(document.body).backgroundColor,
    charts: Object.fromEntries([...document.querySelectorAll(".chart")].map(each =>
      [each.id, each.querySelectorAll("svg .role-mark path, svg .role-mark line").length])),
    clashes: document.querySelectorAll('#lanes-locks .role-mark path[stroke="#d64545"]').length,
    pictures: [...document.querySelectorAll("svg.topology")].filter(shown).map(each => each.classList[1]),
    cut: [...document.querySelectorAll("svg.topology")].filter(shown).flatMap(each =>
      [...each.querySelectorAll(".arrow.hit")].map(arrow => arrow.textContent)),
    smallest: Math.min(...[...document.querySelectorAll("svg.topology text")].filter(shown).map(each =>
      parseFloat(getComputedStyle(each).fontSize) * each.ownerSVGElement.getScreenCTM().a)),
    rows: [...document.querySelectorAll(".runs tbody tr")].filter(shown).map(each => each.dataset.experiment),
  });
  addEventListener("load", () => {
    for (const selector of ACTIONS) document.querySelector(selector).click();
    setInterval(() => parent.postMessage(JSON.stringify(look()), "*"), 500);
  });
})();
</script>
"""
FRAME = """<!doctype html><html style="color-scheme: light dark"><body style="margin: 0">
<script>addEventListener("message", event => { document.documentElement.dataset.seen = event.data; });</script>
<iframe src="watched.html" style="border: 0; width: WIDTHpx; height: 3000px"></iframe></body></html>
"""
"""A window cannot be as narrow as a phone; a frame can, and what is in it is laid out as if it were the window."""
_SEEN = re.compile(r'<html[^>]* data-seen="([^"]*)"')


class NoBrowserError(Exception):
    """There is no browser and none could be installed; says what to do."""


@dataclass(frozen=True)
class Seen:
    """What a browser saw of a page; `overflow` is in px, `charts` counts marks, `cut` names the edges marked in the picture."""

    errors: list[str]
    width: int
    overflow: int
    too_wide: list[str]
    dark: bool
    ground: str
    charts: dict[str, int]
    clashes: int
    pictures: list[str]
    cut: list[str]
    smallest: float | None
    rows: list[str]


def find() -> str:
    """The browser's path; it is installed first where that is possible. Raises NoBrowserError."""
    if program := _installed():
        return program
    command = [sys.executable, "-m", "harness.stack.native.install", PACKAGE]
    if os.geteuid() != 0:
        command = ["sudo", "-n", *command]
    if shutil.which(command[0]) and shutil.which("apt-get"):
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed program and package
        if program := _installed():
            return program
        raise NoBrowserError(f"{PACKAGE} could not be installed: {done.stderr.strip()[-500:]}")
    raise NoBrowserError(f"none of {', '.join(PROGRAMS)} is on PATH; on Debian: sudo apt-get install {PACKAGE}")


def look(page: Path, folder: Path, *, width: int, dark: bool, clicks: tuple[str, ...] = ()) -> Seen:
    """Open a page, click what these selectors find, and tell what is there. `folder` is for the browser's own files."""
    probe = PROBE.replace("ACTIONS", json.dumps(clicks))
    frame = folder / "frame.html"
    frame.write_text(FRAME.replace("WIDTH", str(width)), encoding="utf-8")
    (folder / "watched.html").write_text(
        page.read_text(encoding="utf-8").replace("<head>", f"<head>{probe}", 1), encoding="utf-8"
    )
    command = [
        find(),
        "--headless",
        "--no-sandbox",  # root may not have one, and the page is our own
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        f"--user-data-dir={folder / 'profile'}",
        "--hide-scrollbars",
        "--window-size=1400,3000",
        f"--blink-settings=preferredColorScheme={0 if dark else 1}",
        f"--virtual-time-budget={BUDGET_MS}",
        "--dump-dom",
        frame.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)  # noqa: S603 - the browser
    found = _SEEN.search(done.stdout)
    if found is None:
        raise AssertionError(f"the page told nothing, exit code {done.returncode}: {done.stdout[:300]} {done.stderr[-500:]}")
    return Seen(**json.loads(html.unescape(found[1])))


def _installed() -> str | None:
    return next((path for program in PROGRAMS if (path := shutil.which(program))), None)
