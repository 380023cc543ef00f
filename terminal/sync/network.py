"""Whether the network has changed: looked up, not listened for, and without a packet sent.

Asked every two seconds, and only while the hub cannot be reached. Linux tells in a few small
files which interfaces have a carrier and which routes there are; a pulled cable leaves a fixed
address standing, so routes alone would not do. Elsewhere (Windows, macOS) a datagram socket
that is "connected" towards the hub chooses a route, which names this machine's own address.
"""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path

_ANYWHERE = "192.0.2.1"
"""An address for documentation: nobody's, but the default route leads to it."""

_PORT = 9
_SYSTEM = Path("/")
_INTERFACES = "sys/class/net"
# Columns that say where a route leads; others count how often it was used.
_ROUTES = {"proc/net/route": (0, 1, 2, 3, 7), "proc/net/ipv6_route": (0, 1, 4, 9)}


class NetworkWatch:
    """Compares what the network is like with what it was like before."""

    def __init__(self, host: str = "", system: Path = _SYSTEM) -> None:
        self._address = _literal(host)
        self._system = system
        self._last: list[str] | None = None

    def changed(self) -> bool:
        """Say whether the network is another one than at the last call."""
        before, self._last = self._last, self._look()
        return before is not None and before != self._last

    def _look(self) -> list[str]:
        if not (self._system / _INTERFACES).is_dir():
            return [_route(self._address)]
        found = _carriers(self._system / _INTERFACES)
        for name, columns in _ROUTES.items():
            found += _routes(self._system / name, columns)
        return found


def _literal(host: str) -> str:
    # A name would have to be looked up, which may take long: the default route stands for it.
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return _ANYWHERE


def _route(address: str) -> str:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asked:
            asked.connect((address, _PORT))
            return str(asked.getsockname()[0])
    except OSError:
        return ""


def _carriers(interfaces: Path) -> list[str]:
    found = []
    for folder in sorted(interfaces.iterdir()):
        try:
            state = (folder / "operstate").read_text(encoding="ascii").strip()
        except OSError:
            continue
        found.append(f"{folder.name} {state}")
    return found


def _routes(file: Path, columns: tuple[int, ...]) -> list[str]:
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except OSError:
        return []
    rows = [line.split() for line in lines]
    return [" ".join(row[c] for c in columns) for row in rows if len(row) > max(columns)]
