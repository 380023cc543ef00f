"""The program's log: JSON lines in the data folder, without personal data.

Code logs through the standard library (`logging.getLogger(__name__)`); structlog renders the
lines and redacts them. It is imported with the first record that is written, since it costs
more than the window's first paint can spare. No thread of its own.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sys
from collections.abc import MutableMapping
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

MASK = "***"

_PERSONAL_KEYS = frozenset(
    (
        "name",
        "applicant",
        "visitor",
        "agent",
        "address",
        "phone",
        "mobile",
        "email",
        "identity",
        "id_number",
        "certificate",
        "birth",
        "payload",
        "form",
        "photo",
        "signature",
        "token",
        "secret",
        "password",
        "key",
        "cookie",
        "authorization",
    )
)
"""Keys of a record whose value is never written, whatever it is."""


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Return what is masked; made with the first line that is written, not before the start."""
    return (
        # An unguessable token in an address; the receipt number before it may stay.
        re.compile(r"(?<=[?&]t=)[\w\-.~%]{8,}"),
        re.compile(r"(?i)\bbearer\s+\S+"),
        # Keys and digests in hexadecimal: a database key looks like any other 64 digits.
        re.compile(r"\b(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{128})\b"),
        # Resident identity numbers (also with spaces), foreigners' cards, then phone numbers.
        re.compile(r"(?<![0-9A-Za-z])[1-9](?:\s?\d){16}\s?[\dXx](?![0-9A-Za-z])"),
        re.compile(r"(?<![0-9A-Za-z])[A-Z]{3}\d{12}(?![0-9A-Za-z])"),
        re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)"),
        re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    )


LARGEST_BYTES = 5 << 20
"""A log file that has grown beyond this is turned over."""

KEPT_FILES = 4


def redact(text: str) -> str:
    """Replace identity, phone and mail numbers, tokens and keys in `text` by a mask."""
    for pattern in _patterns():
        text = pattern.sub(MASK, text)
    return text


_HAN = r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff·]{2,}"


def redact_trace(trace: str) -> str:
    """Redact a traceback: beside numbers also Chinese words in what the errors say.

    An error that is a defect may carry any value, a person's name too. Lines of source are
    the program's own and stay.
    """
    lines = []
    source_follows = False
    for line in trace.splitlines():
        lines.append(redact(line) if source_follows else re.sub(_HAN, MASK, redact(line)))
        source_follows = line.lstrip().startswith('File "')
    return "\n".join(lines) + "\n"


def _clean(value: object) -> object:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, bool | int | float | None):
        return redact(str(value)) if isinstance(value, int) and value > 10**9 else value
    if isinstance(value, dict):
        return {str(k): MASK if str(k) in _PERSONAL_KEYS else _clean(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item) for item in value]
    return redact(str(value))


def redact_record(
    _logger: object, _method: str, record: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Be structlog's processor that takes personal data out of every field of a record."""
    for key, value in record.items():
        if key == "exception":
            record[key] = redact_trace(str(value))
        elif not key.startswith("_"):
            record[key] = MASK if key in _PERSONAL_KEYS else _clean(value)
    return record


class RedactingFormatter(logging.Formatter):
    """Renders a record by structlog, redacted: a JSON line, or a plain line with `plain`."""

    def __init__(self, *, plain: bool = False) -> None:
        super().__init__()
        self._plain = plain
        self._inner: logging.Formatter | None = None

    def format(self, record: logging.LogRecord) -> str:
        if self._inner is None:
            self._inner = self._build()
        return self._inner.format(record)

    def _build(self) -> logging.Formatter:
        import structlog

        def details(
            _logger: object, _method: str, event: MutableMapping[str, Any]
        ) -> MutableMapping[str, Any]:
            record = event.get("_record")
            if record is not None:
                event["thread"] = record.threadName
            return event

        last: Any = (
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            )
            if self._plain
            else structlog.processors.JSONRenderer(ensure_ascii=False)
        )
        return structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
                details,
            ],
            processors=[
                structlog.processors.format_exc_info,
                redact_record,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                last,
            ],
        )


class _LogFile(logging.FileHandler):
    """A log that makes its folder and file with the first record, readable by us alone.

    The standard library's own rotating handler costs the window's start 25 ms of imports
    (sockets, queues); turning a file over is all that is wanted of it.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8", delay=True)
        self.setFormatter(RedactingFormatter())

    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        return super()._open()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            if self.stream is not None and self.stream.tell() > LARGEST_BYTES:
                self._turn_over()
            super().emit(record)
        except OSError:
            self.handleError(record)

    def close(self) -> None:
        """Close the file; lines that a full disk keeps back are lost, like those before."""
        with contextlib.suppress(OSError):
            super().close()

    def _turn_over(self) -> None:
        """Close the full file and shift it and its elders by one; the eldest goes."""
        if self.stream is not None:
            self.stream.close()
        # FileHandler opens anew with the next record when there is no stream.
        vars(self)["stream"] = None
        path = Path(self.baseFilename)
        for age in range(KEPT_FILES, 0, -1):
            younger = path.with_name(f"{path.name}.{age - 1}") if age > 1 else path
            if younger.exists():
                younger.replace(path.with_name(f"{path.name}.{age}"))

    def handleError(self, record: logging.LogRecord) -> None:
        # A full disk must not stop the work, and there is nobody to tell who does not see
        # it on the screen already: the store reports the same disk with a sentence.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


class Logging:
    """The log of one run; `close` gives the root logger back as it was."""

    def __init__(self, handlers: list[logging.Handler], level: int) -> None:
        root = logging.getLogger()
        self._level = root.level
        self._handlers = handlers
        for handler in handlers:
            root.addHandler(handler)
        root.setLevel(level)

    def close(self) -> None:
        """Close the log and take its handlers away."""
        root = logging.getLogger()
        root.setLevel(self._level)
        for handler in self._handlers:
            root.removeHandler(handler)
            handler.close()
        self._handlers = []


def set_up(data_dir: Path, command: str, *, debug: bool, stream: TextIO) -> Logging:
    """Log to `<data_dir>/logs/<command>.log`; with `debug` everything, and to `stream` too.

    Nothing is made on disk before the first record of INFO or above.
    """
    handlers: list[logging.Handler] = [_LogFile(data_dir / "logs" / f"{command}.log")]
    if debug:
        screen = logging.StreamHandler(stream)
        screen.setFormatter(RedactingFormatter(plain=True))
        handlers.append(screen)
    return Logging(handlers, logging.DEBUG if debug else logging.INFO)
