"""The Internet Printing Protocol, as far as one terminal needs it: CUPS, or a printer itself.

Numbers and layouts: RFC 8010 (encoding), RFC 8011 (operations, states), CUPS 0x4001 and 0x4002.
The states are asked for over IPP because the command-line tools do not tell a job that the
print system gave up from one that it finished. All calls have a time-out.
"""

from __future__ import annotations

import http.client
import itertools
import os
import socket
import struct
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec

from terminal.errors import DeviceError, DeviceProtocolError, NotConnected

PRINT_JOB = 0x0002
GET_JOB_ATTRIBUTES = 0x0009
GET_PRINTER_ATTRIBUTES = 0x000B
CUPS_GET_DEFAULT = 0x4001
CUPS_GET_PRINTERS = 0x4002

NOT_FOUND = 0x0406
REFUSED = 0x0400
"""The first status that is an error."""

SOCKETS = ("/run/cups/cups.sock", "/var/run/cups/cups.sock")
PORT = 631

_END, _JOB_GROUP, _OPERATION_GROUP = 0x03, 0x02, 0x01
_INTEGER, _BOOLEAN, _ENUM = 0x21, 0x22, 0x23
_NAME, _KEYWORD, _URI, _CHARSET, _LANGUAGE, _MIME = 0x42, 0x44, 0x45, 0x47, 0x48, 0x49
_FIRST_VALUE_TAG = 0x10

Value = int | bool | str | bytes
Group = dict[str, list[Value]]
Field = tuple[int, str, Sequence[int | str]]


class Answer(msgspec.Struct, frozen=True):
    """What was answered: the status and a group of attributes for each thing asked about."""

    status: int
    groups: tuple[Group, ...]

    def first(self, name: str) -> Value | None:
        """Return the first value of an attribute, wherever it stands."""
        return next((group[name][0] for group in self.groups if group.get(name)), None)

    def number(self, name: str) -> int:
        """Return a number, or 0."""
        value = self.first(name)
        return value if isinstance(value, int) else 0

    def words(self, name: str) -> tuple[str, ...]:
        """Return all values of an attribute that are words."""
        found = next((group[name] for group in self.groups if name in group), [])
        return tuple(value for value in found if isinstance(value, str))


class PrintServer:
    """One place that speaks IPP: a socket of this machine or a port of the network.

    `where` is the path of a socket or `host[:port]`.
    """

    def __init__(self, where: str, *, timeout: float) -> None:
        self.where = where
        self._timeout = timeout
        self._ids = itertools.count(1)

    def ask(
        self, operation: int, fields: Sequence[Field], *,
        path: str = "/", job: Sequence[Field] = (), document: bytes = b"",
    ) -> Answer:  # fmt: skip
        """Ask once; raise `NotConnected` (`sent`: bytes of the document that may have gone)."""
        head = encode(operation, next(self._ids), fields, job)
        connection = _connection(self.where, self._timeout)
        sent = 0
        try:
            try:
                connection.connect()
            except OSError:
                raise NotConnected("device.a4_no_server", server=self.where, sent=0) from None
            sent = len(document)
            headers = {"Content-Type": "application/ipp"}
            connection.request("POST", path, body=head + document, headers=headers)
            reply = connection.getresponse()
            body = reply.read()
        except (OSError, http.client.HTTPException):
            raise NotConnected("device.a4_no_answer", server=self.where, sent=sent) from None
        finally:
            connection.close()
        if reply.status != http.HTTPStatus.OK:
            # Nothing below 200 OK has printed: the server turned the request itself away.
            raise DeviceError("device.a4_refused", reason=f"HTTP {reply.status}", sent=0)
        try:
            return decode(body)
        except (struct.error, IndexError, UnicodeDecodeError):
            raise DeviceProtocolError("device.protocol", sent=sent) from None


class _SocketConnection(http.client.HTTPConnection):
    """HTTP over a socket of this machine."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _connection(where: str, timeout: float) -> http.client.HTTPConnection:
    if where.startswith("/"):
        return _SocketConnection(where, timeout)
    parts = urlsplit(f"//{where}")
    return http.client.HTTPConnection(parts.hostname or "", parts.port or PORT, timeout=timeout)


def local_server() -> str:
    """Return where this machine's CUPS is: `CUPS_SERVER`, its socket, or port 631."""
    named = os.environ.get("CUPS_SERVER", "").partition("/version=")[0]
    if named:
        return named
    return next((path for path in SOCKETS if os.path.exists(path)), f"localhost:{PORT}")


def found_queues(server: str = "", *, timeout: float = 2.0) -> tuple[str, ...]:
    """Return the names of this machine's print queues, the default one first.

    Raises `NotConnected` where no print system runs.
    """
    asked = PrintServer(server or local_server(), timeout=timeout)
    wanted: Field = (_KEYWORD, "requested-attributes", ["printer-name"])
    answer = asked.ask(CUPS_GET_PRINTERS, [wanted])
    names = [
        name for group in answer.groups for name in group.get("printer-name", [])
        if isinstance(name, str)
    ]  # fmt: skip
    default = asked.ask(CUPS_GET_DEFAULT, [wanted]).first("printer-name")
    return tuple(sorted(set(names), key=lambda name: (name != default, name)))


def uri_field(uri: str) -> Field:
    """Return the field that names a printer."""
    return (_URI, "printer-uri", [uri])


def job_field(number: int) -> Field:
    """Return the field that names a job of a printer."""
    return (_INTEGER, "job-id", [number])


def wanted_field(*names: str) -> Field:
    """Return the field that lists what should be answered."""
    return (_KEYWORD, "requested-attributes", names)


def document_fields(uri: str, title: str) -> list[Field]:
    """Return the fields that go with a PDF; `title` is shown by the print system to anybody."""
    return [
        uri_field(uri),
        (_NAME, "requesting-user-name", ["yichuang"]),
        (_NAME, "job-name", [title]),
        (_MIME, "document-format", ["application/pdf"]),
    ]


def sheet_fields(media: str) -> list[Field]:
    """Return the wishes for a job: the paper."""
    return [(_KEYWORD, "media", [media])]


def encode(
    operation: int, request_id: int, fields: Sequence[Field], job: Sequence[Field] = ()
) -> bytes:
    """Return a request's head; a document's bytes follow it as they are."""
    out = bytearray(struct.pack(">BBHIB", 2, 0, operation, request_id, _OPERATION_GROUP))
    out += _encoded((_CHARSET, "attributes-charset", ["utf-8"]))
    out += _encoded((_LANGUAGE, "attributes-natural-language", ["en"]))
    for field in fields:
        out += _encoded(field)
    if job:
        out.append(_JOB_GROUP)
        for field in job:
            out += _encoded(field)
    out.append(_END)
    return bytes(out)


def _encoded(field: Field) -> bytes:
    tag, name, values = field
    out = bytearray()
    for place, value in enumerate(values):
        key = b"" if place else name.encode()
        data = struct.pack(">i", value) if isinstance(value, int) else value.encode()
        out += struct.pack(">BH", tag, len(key)) + key + struct.pack(">H", len(data)) + data
    return bytes(out)


def decode(data: bytes) -> Answer:
    """Read an answer; raise `struct.error` or `IndexError` for one that is cut off."""
    _, _, status, _ = struct.unpack_from(">BBHI", data)
    groups: list[Group] = []
    name, at = "", 8
    while data[at] != _END:
        tag = data[at]
        at += 1
        if tag < _FIRST_VALUE_TAG:
            groups.append({})
            continue
        key, at = _counted(data, at)
        value, at = _counted(data, at)
        name = key.decode() or name
        groups[-1].setdefault(name, []).append(_value(tag, value))
    return Answer(status, tuple(groups))


def _counted(data: bytes, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from(">H", data, at)
    end = at + 2 + length
    if end >= len(data):
        raise IndexError(end)
    return data[at + 2 : end], end


def _value(tag: int, data: bytes) -> Value:
    if tag in {_INTEGER, _ENUM}:
        return int(struct.unpack(">i", data)[0])
    if tag == _BOOLEAN:
        return data != b"\0"
    return data.decode() if 0x40 <= tag < 0x4A else data
