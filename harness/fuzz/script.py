"""A sequence of requests as a Python script that sends it again, with nothing but Python's standard library.

Usage of what is printed: `python3 script.py gateway=http://127.0.0.1:3000 ...`, one address for each server that it names.
Secrets are not in it: a body's `$NAME` is read from the environment. The comments are the answers when it was found.
"""

from collections.abc import Mapping, Sequence

from harness.fuzz.requests import Exchange, Request, Together

HEAD = '''#!/usr/bin/env python3
"""{title}

Send it again: {usage}
"""

import json, os, re, sys, threading, time, urllib.error, urllib.request, uuid

BASES = dict(argument.split("=", 1) for argument in sys.argv[1:])
VALUES = {{"run": f"r{{time.time_ns():x}}"}}
NAMED = re.compile(r"\\{{([a-z][\\w.-]*)\\}}")


def fill(value, values):
    if isinstance(value, dict):
        return {{name: fill(each, values) for name, each in value.items()}}
    if isinstance(value, list):
        return [fill(each, values) for each in value]
    if isinstance(value, str) and value.startswith("$"):
        return os.environ[value[1:]]
    if not isinstance(value, str):
        return value
    return NAMED.sub(lambda found: values.get(found[1]) or str(uuid.uuid5(uuid.UUID(int=0), found[1])), value)


def ask(client, method, path, body=None, *, headers={{}}, captures={{}}, base="gateway", pause_s=0):
    return lambda values: send(values, client, method, path, body, headers, captures, base, pause_s)


def send(values, client, method, path, body, headers, captures, base, pause_s):
    time.sleep(pause_s)
    path, data = fill(path, values), None if body is None else json.dumps(fill(body, values)).encode()
    headers = {{"Content-Type": "application/json", **fill(headers, values)}}
    request = urllib.request.Request(BASES[base] + path, data, headers, method=method)
    try:
        answer = urllib.request.urlopen(request, timeout=20)
    except urllib.error.HTTPError as error:
        answer = error
    text = answer.read().decode()
    try:
        said = json.loads(text or "{{}}")
    except ValueError:
        said = {{}}
    for name, fields in captures.items():
        value = next((said[field] for field in fields.split("|") if said.get(field)), None)
        if value:
            values.setdefault(name, value)
    print(f"{{client}}: {{method}} {{base}}{{path}} {{'' if body is None else json.dumps(fill(body, values))}}")
    print(f"    {{answer.status}} {{text[:{shown}]}}", flush=True)


def together(*clients):
    learned = [dict(VALUES) for _ in clients]  # none knows yet what another learns
    threads = [
        threading.Thread(target=lambda steps=steps, values=values: [step(values) for step in steps])
        for steps, values in zip(clients, learned)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for values in learned:
        VALUES.update({{**values, **VALUES}})


'''
SHOWN = 1500


def script(sequence: Sequence[Together], title: str, usage: str) -> str:
    """The script; `title` says what was wrong, `usage` is the command that runs it."""
    text = HEAD.format(title=_quoted(title), usage=_quoted(usage), shown=SHOWN)
    for clients in sequence:
        text += "together(\n" + "".join(map(_client, clients)) + ")\n"
    return text


def usage(bases: Mapping[str, str], path: str, secrets: Sequence[str]) -> str:
    """The command that runs a script saved at `path`; `secrets` are the names of variables that it reads."""
    given = "".join(f"{name}=... " for name in secrets)
    return f"{given}python3 {path} " + " ".join(f"{name}={url}" for name, url in bases.items())


def _client(exchanges: Sequence[Exchange]) -> str:
    lines = "".join(f"        {_ask(each.request)},  # {_comment(each)}\n" for each in exchanges)
    return f"    [\n{lines}    ],\n"


def _ask(request: Request) -> str:
    given = [repr(each) for each in (request.client, request.method, request.path)]
    given += [] if request.body is None else [repr(request.body)]
    named = {
        "headers": dict(request.headers),
        "captures": dict(request.captures),
        "base": "" if request.base == "gateway" else request.base,
        "pause_s": request.pause_s,
    }
    return f"ask({', '.join([*given, *(f'{name}={value!r}' for name, value in named.items() if value)])})"


def _comment(exchange: Exchange) -> str:
    return f"{exchange.status} {exchange.said}".strip().replace("\n", " ")


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"""', "'''")
