"""A4 printers behind CUPS or with IPP of their own: hand a PDF over, follow it to its end.

A queue is offered a document only while it is enabled and accepts jobs. What the print system
has taken it keeps, whatever happens here; so such a document is never handed over again.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import msgspec

from terminal.devices import ipp
from terminal.devices.ports import DocumentPrinter, Paper, PrinterStatus, SheetProgress
from terminal.devices.registry import DriverProfile
from terminal.errors import DeviceError, InvalidInput, NotConnected

PROCESSING, STOPPED = 4, 5
JOB_PENDING, JOB_HELD, JOB_PROCESSING, JOB_STOPPED = 3, 4, 5, 6
JOB_CANCELLED, JOB_ABORTED, JOB_COMPLETED = 7, 8, 9

_PAPER_OUT = frozenset({"media-empty", "media-needed", "input-tray-missing"})
_COVER = frozenset({"cover-open", "door-open", "interlock-open"})
_TROUBLES = {
    "media-jam": "jam",
    "toner-empty": "toner",
    "marker-supply-empty": "toner",
    "offline": "unreachable",
    "connecting-to-device": "unreachable",
    "timed-out": "unreachable",
    "shutdown": "unreachable",
}
_ENDED = {JOB_CANCELLED: "device.a4_cancelled", JOB_ABORTED: "device.a4_aborted"}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[options]` of `device.toml`; times in seconds."""

    media: str = "iso_a4_210x297mm"
    status_timeout: float = 3.0
    submit_timeout: float = 20.0


class CupsPrinter(DocumentPrinter):
    """One queue; an empty name is the system's default queue, asked for at each opening."""

    def __init__(self, server: str, queue: str, path: str, options: Options) -> None:
        self._server = server
        self._queue = queue
        self._path = path
        self._options = options
        self._uri = ""

    def open(self) -> None:
        if self._path:
            self._uri = f"ipp://{self._server}{self._path}"
        else:
            self._uri = f"ipp://localhost/printers/{quote(self._queue or self._default())}"
        self.status()

    def close(self) -> None:
        return

    def status(self) -> PrinterStatus:
        answer = self._ask(
            ipp.GET_PRINTER_ATTRIBUTES,
            ipp.wanted_field("printer-state", "printer-state-reasons", "printer-is-accepting-jobs"),
        )
        if answer.status == ipp.NOT_FOUND:
            raise NotConnected("device.a4_no_queue", queue=self._queue or self._path)
        if answer.status >= ipp.REFUSED:
            raise DeviceError("device.a4_refused", reason=f"IPP {answer.status:#06x}")
        return read_status(
            answer.number("printer-state"),
            answer.words("printer-state-reasons"),
            accepting=answer.first("printer-is-accepting-jobs") is not False,
        )

    def submit(self, title: str, pdf: bytes) -> str:
        server = ipp.PrintServer(self._where(), timeout=self._options.submit_timeout)
        answer = server.ask(
            ipp.PRINT_JOB,
            ipp.document_fields(self._uri, title),
            path=urlsplit(self._uri).path,
            job=ipp.sheet_fields(self._options.media),
            document=pdf,
        )
        if answer.status >= ipp.REFUSED:
            raise DeviceError("device.a4_refused", reason=f"IPP {answer.status:#06x}", sent=0)
        return str(answer.number("job-id"))

    def progress(self, ticket: str) -> SheetProgress:
        answer = self._ask(
            ipp.GET_JOB_ATTRIBUTES, ipp.job_field(int(ticket)), ipp.wanted_field("job-state")
        )
        if answer.status == ipp.NOT_FOUND:
            # Systems that keep no history forget a job with its end, whichever it was.
            return SheetProgress("lost", "device.a4_forgotten")
        state = answer.number("job-state")
        if state == JOB_COMPLETED:
            return SheetProgress("printed")
        if state in _ENDED:
            return SheetProgress("lost", _ENDED[state])
        return SheetProgress("waiting", "device.a4_held" if state == JOB_HELD else "")

    def _ask(self, operation: int, *fields: ipp.Field) -> ipp.Answer:
        server = ipp.PrintServer(self._where(), timeout=self._options.status_timeout)
        return server.ask(
            operation, [ipp.uri_field(self._uri), *fields], path=urlsplit(self._uri).path
        )

    def _default(self) -> str:
        server = ipp.PrintServer(self._where(), timeout=self._options.status_timeout)
        answer = server.ask(ipp.CUPS_GET_DEFAULT, [ipp.wanted_field("printer-name")])
        name = answer.first("printer-name")
        if not isinstance(name, str):
            raise NotConnected("device.a4_no_default")
        return name

    def _where(self) -> str:
        # The socket may appear only when the print system starts: looked for each time.
        return self._server or ipp.local_server()


def read_status(state: int, reasons: tuple[str, ...], *, accepting: bool = True) -> PrinterStatus:
    """Read printer-state and printer-state-reasons (RFC 8011, 5.4.11 and 5.4.12)."""
    if state == STOPPED and "paused" in reasons:
        return PrinterStatus(online=False, error="paused")
    if not accepting:
        return PrinterStatus(online=False, error="not_accepting")
    # An idle queue keeps the reason of its last job, which may be long mended: not asked then.
    hard = {_bare(reason) for reason in reasons if _is_error(reason)} if state != 3 else set()
    paper: Paper = "ok"
    if any(_bare(reason) in {"media-low", *_PAPER_OUT} for reason in reasons) and state != 3:
        paper = "out" if hard & _PAPER_OUT else "near_end"
    error = next((_TROUBLES[reason] for reason in sorted(hard) if reason in _TROUBLES), "")
    if state == STOPPED and not error and not hard & (_PAPER_OUT | _COVER):
        error = "stopped"
    return PrinterStatus(
        online=state != STOPPED, paper=paper, cover_open=bool(hard & _COVER), error=error
    )


def _bare(reason: str) -> str:
    for ending in ("-error", "-warning", "-report"):
        reason = reason.removesuffix(ending)
    return reason


def _is_error(reason: str) -> bool:
    return not reason.endswith(("-warning", "-report"))


def create_at(profile: DriverProfile, address: str) -> CupsPrinter:
    """Return the driver for `cups:QUEUE`, `cups:` or `ipp://host[:port]/path`."""
    options = profile.convert(Options)
    scheme, colon, rest = address.strip().partition(":")
    if scheme == "cups" and colon and not set(rest) & set("/?# "):
        return CupsPrinter("", rest, "", options)
    try:
        parts = urlsplit(address.strip())
        fits = parts.scheme == "ipp" and parts.hostname and parts.port != 0 and not parts.query
    except ValueError:
        fits = None
    if not fits:
        raise InvalidInput("device.bad_sheet_address", address=address)
    return CupsPrinter(parts.netloc, "", parts.path or "/", options)
