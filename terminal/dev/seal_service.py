"""An emulated seal service on loopback, for tests and demos: signs digests, keeps no document."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

import msgspec

from terminal.domain.policy import SealService
from terminal.protocol.seals import SealAnswer, SealRequest, signed_bytes
from terminal.protocol.suites import STANDARD

_LONGEST_REQUEST = 64 << 10


class EmulatedSealService:
    """Seals for these organs with a key of its own while it is open; use it with `with`."""

    def __init__(self, organs: Sequence[str]) -> None:
        self._key = STANDARD.new_private_key()
        self._organs = tuple(organs)
        self._count = 0
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: requests name documents."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def service(self) -> SealService:
        """What a hall's policy says of this service."""
        key = STANDARD.public_key(self._key).hex()
        port = self._server.server_address[1]
        return SealService((key,), self._organs, f"http://127.0.0.1:{port}/seal")

    def sign(self, request: SealRequest) -> SealAnswer:
        """Sign a digest as the service does."""
        with self._lock:
            self._count += 1
            code = f"SY26-{self._count:04d}"
        certificate, now = f"emulated/{request.organ}", int(time.time() * 1000)
        data = signed_bytes(request.digest, request.organ, certificate, code, now)
        return SealAnswer(certificate, code, now, STANDARD.sign(self._key, data).hex())

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        length = min(int(handler.headers.get("Content-Length") or 0), _LONGEST_REQUEST)
        try:
            request = msgspec.json.decode(handler.rfile.read(length), type=SealRequest)
        except msgspec.DecodeError:
            handler.send_error(400)
            return
        if request.organ not in self._organs:
            handler.send_error(403)
            return
        body = msgspec.json.encode(self.sign(request))
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def __enter__(self) -> EmulatedSealService:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
