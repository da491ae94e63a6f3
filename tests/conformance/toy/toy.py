"""A process that answers GET /health with 200 and anything else with its environment, as JSON.

GET /complain makes it log a warning.
TOY_EXIT makes it end at once with that code, after saying why: a service that cannot start.
TOY_CHILD makes it start a child in a session of its own, as daemons do.
TOY_ESCAPE makes it start one that sheds what marks it as its member's.
TOY_SLOW makes it listen never.
TOY_STUBBORN makes it ignore SIGTERM.
"""

import json
import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/complain":
            sys.stderr.write('{"level": "warning", "event": "toy: this is what I complain about"}\n')
        body = b"ok" if self.path == "/health" else json.dumps(dict(os.environ)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if "TOY_EXIT" in os.environ:
    sys.stderr.write("toy: this is why I cannot start\n")
    sys.exit(int(os.environ["TOY_EXIT"]))
if "TOY_SLOW" in os.environ:
    signal.pause()
if "TOY_STUBBORN" in os.environ:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "TOY_CHILD" in os.environ or "TOY_ESCAPE" in os.environ:
    escapes = "TOY_ESCAPE" in os.environ
    environment = {name: value for name, value in os.environ.items() if not (escapes and name == "GAUNTLET_INSTANCE")}
    output = subprocess.DEVNULL if escapes else None
    subprocess.Popen(["/bin/sleep", "300"], env=environment, stdout=output, stderr=output, start_new_session=True)
sys.stdout.write(f"toy: {os.environ.get('INSTANCE', '')} serves\n")
ThreadingHTTPServer(("127.0.0.1", int(os.environ["HTTP_PORT"])), Answer).serve_forever()
