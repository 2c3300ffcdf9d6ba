# SPDX-License-Identifier: GPL-3.0-or-later
"""A line to a CA's service that loses what a test says.

    with Lossy(service) as line:
        line.lose('answer', 'rotated')      # of requests whose path or body holds this word
        ...                                 # something that uses line.url instead of service.url
        line.keep()
        assert line.lost

The service does what it was asked to when only the answer is lost. The line shows the service's own
certificate.
"""

import http.server
import ssl
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    timeout = 60

    def _pass_on(self):
        line = self.server.line
        body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
        loses = line.loses(self.path, body)
        if loses != 'request':
            answer = line.service.request(self.command, self.path, body, headers={
                name: value for name, value in self.headers.items()
                if name.lower() in ('authorization', 'content-type', 'accept')})
        if loses:
            line.lost.append(self.path)
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in ('connection', 'content-length', 'transfer-encoding'):
                self.send_header(name, value)
        self.send_header('Content-Length', str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = _pass_on

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that gave up, or a service that is down: the connection ends."""


class Lossy:
    """Attributes: url, lost (paths of what was lost since keep())."""

    def __init__(self, service):
        self.service = service
        self._part = self._word = None
        self.lost = []

    def __enter__(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.service.folder / 'server.pem', self.service.folder / 'server.key')
        self._server = Server(('127.0.0.1', 0), Handler)
        self._server.line = self
        # The handshake is made by the thread of the connection, not by the one that accepts.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True,
                                                  do_handshake_on_connect=False)
        self.url = 'https://127.0.0.1:%d' % self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def lose(self, part, word):
        """part: 'request' or 'answer'."""
        self._part, self._word, self.lost = part, word, []

    def keep(self):
        self._part = self._word = None

    def loses(self, path, body):
        word = self._word
        return self._part if word and (word in path or word.encode() in body) else None
