"""A process that answers GET /health with 200 and anything else with its environment, as JSON.

TOY_EXIT makes it end at once with that code, after saying so: a service that cannot start.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"ok" if self.path == "/health" else json.dumps(dict(os.environ)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if "TOY_EXIT" in os.environ:
    sys.stderr.write("toy: this is why I cannot start\n")
    sys.exit(int(os.environ["TOY_EXIT"]))
sys.stdout.write(f"toy: {os.environ.get('INSTANCE', '')} serves\n")
ThreadingHTTPServer(("127.0.0.1", int(os.environ["HTTP_PORT"])), Answer).serve_forever()
