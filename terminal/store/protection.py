"""What can keep a key on this machine better than a file: the system's own key store.

`systemd-creds` (Linux) encrypts for this machine: for its TPM where it has one, and for a key
that only root reads. The Data Protection API (Windows) encrypts for this account. What they
wrapped opens on this machine only; a key moves to another by the recovery wrap alone.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Protocol

FILE = "file"
"""The name of having no protection but the file's own rights."""

_PATIENCE_SECONDS = 15
_PREFIX = "yichuang-"
_PROBE = b"yichuang"


class Protection(Protocol):
    """One way to wrap a secret for this machine; `label` names what it is and must fit again."""

    name: str

    def wrap(self, label: str, secret: bytes) -> bytes | None:
        """Return the wrapped secret, or None when that does not work here."""
        ...

    def unwrap(self, label: str, data: bytes) -> bytes | None:
        """Return the secret, or None when it was not wrapped here under this label."""
        ...

    def kind(self) -> str:
        """Return what the protection rests on, as `doctor` names it."""
        ...


class SystemdCredentials:
    """`systemd-creds encrypt` with the machine's TPM and its host key, whatever there is."""

    name = "systemd-creds"

    def __init__(self, program: str = "systemd-creds") -> None:
        self._program = program

    def wrap(self, label: str, secret: bytes) -> bytes | None:
        return self._run(["encrypt", f"--name={_PREFIX}{label}", "-", "-"], secret)

    def unwrap(self, label: str, data: bytes) -> bytes | None:
        return self._run(["decrypt", f"--name={_PREFIX}{label}", "-", "-"], data)

    def kind(self) -> str:
        return "host" if self._run(["has-tpm2", "--quiet"], b"") is None else "tpm"

    def _run(self, arguments: list[str], given: bytes) -> bytes | None:
        found = shutil.which(self._program)
        if found is None:
            return None
        # Without root the service encrypts for this account (systemd 256 and later).
        user = ["--user"] if os.geteuid() and arguments[0] in ("encrypt", "decrypt") else []
        try:
            done = subprocess.run(
                [found, arguments[0], *user, *arguments[1:]],
                input=given,
                capture_output=True,
                timeout=_PATIENCE_SECONDS,
                check=False,
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout if done.returncode == 0 else None


class _Blob(ctypes.Structure):
    """Windows' DATA_BLOB."""

    _fields_ = (("size", ctypes.c_uint32), ("data", ctypes.POINTER(ctypes.c_char)))


_UI_FORBIDDEN = 1


class WindowsCalls(Protocol):
    """The three functions of Windows that are needed; tests bring their own."""

    CryptProtectData: Callable[..., int]
    CryptUnprotectData: Callable[..., int]
    LocalFree: Callable[..., Any]


class DataProtection:
    """`CryptProtectData` for this account; the label is its additional entropy."""

    name = "dpapi"

    def __init__(self, calls: WindowsCalls | None = None) -> None:
        self._calls = calls or _windows()

    def wrap(self, label: str, secret: bytes) -> bytes | None:
        return self._call("CryptProtectData", label, secret)

    def unwrap(self, label: str, data: bytes) -> bytes | None:
        return self._call("CryptUnprotectData", label, data)

    def kind(self) -> str:
        return "account"

    def _call(self, name: str, label: str, given: bytes) -> bytes | None:
        if self._calls is None:
            return None
        source, entropy = _blob(given), _blob((_PREFIX + label).encode())
        result = _Blob()
        done = getattr(self._calls, name)(
            ctypes.byref(source), None, ctypes.byref(entropy), None, None, _UI_FORBIDDEN,
            ctypes.byref(result),
        )  # fmt: skip
        if not done:
            return None
        try:
            return ctypes.string_at(result.data, result.size)
        finally:
            self._calls.LocalFree(result.data)


def _blob(data: bytes) -> _Blob:
    # The cast pointer keeps the buffer alive as long as the structure lives.
    buffer = ctypes.create_string_buffer(data, len(data))
    return _Blob(len(data), ctypes.cast(buffer, ctypes.POINTER(ctypes.c_char)))


def _windows() -> WindowsCalls | None:
    if sys.platform != "win32":
        return None

    class Calls:
        CryptProtectData = ctypes.WinDLL("crypt32").CryptProtectData
        CryptUnprotectData = ctypes.WinDLL("crypt32").CryptUnprotectData
        LocalFree = ctypes.WinDLL("kernel32").LocalFree

    return Calls()


PROTECTIONS: tuple[Protection, ...] = (SystemdCredentials(), DataProtection())
"""What is tried, in this order."""


def protection(name: str) -> Protection | None:
    """Return the protection of this name, None when this program does not know it."""
    return next((one for one in PROTECTIONS if one.name == name), None)


def best_protection() -> Protection | None:
    """Return the first one that works here, tried on a probe; None: a file has to do."""
    for one in PROTECTIONS:
        wrapped = one.wrap("probe", _PROBE)
        if wrapped is not None and one.unwrap("probe", wrapped) == _PROBE:
            return one
    return None
