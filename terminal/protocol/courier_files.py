"""Courier files on a stick: written whole or not at all, and what a person is told otherwise."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from terminal.clock import to_local
from terminal.errors import InvalidInput, TerminalError
from terminal.protocol.courier import SUFFIX, Frame

_MEBIBYTE = 1 << 20
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_GONE = frozenset({errno.ENOENT, errno.ENOTDIR})


def place(target: Path, frame: Frame) -> Path:
    """Return the file to write: `target` itself, or in the folder `target` a name of its own.

    The name says direction, terminal and minute, in ASCII, nothing of a person. `InvalidInput`
    when the folder is not there or the file is.
    """
    try:
        if not target.is_dir():
            if not target.parent.is_dir():
                raise InvalidInput("courier.no_folder", folder=target.parent)
            if target.exists():
                raise InvalidInput("courier.exists", file=target)
            return target
        minute = to_local(frame.made_at).strftime("%Y%m%d-%H%M")
        number = "".join(c for c in frame.terminal_number if c.isascii() and c.isalnum()) or "0"
        stem = f"yichuang-{frame.direction}-{number}-{minute}"
        path, count = target / f"{stem}{SUFFIX}", 1
        while path.exists():
            count += 1
            path = target / f"{stem}-{count}{SUFFIX}"
    except OSError as error:
        raise explain(error, target) from error
    return path


def check_room(path: Path, needed: int) -> None:
    """Look whether `needed` bytes fit beside `path`; `InvalidInput` with both figures in MB."""
    try:
        free = shutil.disk_usage(path.parent).free
    except OSError as error:
        raise explain(error, path) from error
    if free < needed:
        needed, free = -(-needed // _MEBIBYTE), free // _MEBIBYTE
        raise InvalidInput("courier.no_room", needed=needed, free=free)


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """Write a file beside its place, force it to the medium, then give it its name.

    Whatever goes wrong leaves no file of that name; an `OSError` becomes `InvalidInput`.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except BaseException as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise explain(error, path) from error
        raise


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading; `InvalidInput` when it is not there or cannot be read."""
    try:
        if not path.is_file():
            raise InvalidInput("courier.missing", file=path)
        stream = path.open("rb")
    except OSError as error:
        raise InvalidInput("courier.cannot_read") from error
    with stream:
        yield stream


def explain(error: OSError, path: Path) -> TerminalError:
    """Return what a person is told of an error of the medium."""
    if error.errno in _FULL:
        return InvalidInput("courier.full")
    if error.errno == errno.EFBIG:
        return InvalidInput("courier.file_limit")
    if error.errno in _READ_ONLY:
        return InvalidInput("courier.read_only", folder=path.parent)
    if error.errno in _GONE:
        return InvalidInput("courier.no_folder", folder=path.parent)
    return InvalidInput("courier.cannot_write", reason=error.strerror or type(error).__name__)


def _sync_folder(folder: Path) -> None:
    # Some file systems of sticks cannot sync a folder; the file itself is safe by then.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
