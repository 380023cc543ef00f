"""Whether the network has changed: looked up, not listened for, and without a packet sent.

Two cheap questions, asked every two seconds and only while the hub cannot be reached: which
address of this machine the system would use towards the hub (a datagram socket that is
"connected" chooses the route and sends nothing; the same on Linux, Windows and macOS), and on
Linux which interfaces have a carrier, since a pulled cable leaves a fixed address standing.
"""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path

_ANYWHERE = "192.0.2.1"
"""An address for documentation: nobody's, but the default route leads to it."""

_PORT = 9
_INTERFACES = Path("/sys/class/net")


class NetworkWatch:
    """Compares what the network is like with what it was like before."""

    def __init__(self, host: str = "", interfaces: Path = _INTERFACES) -> None:
        self._address = _literal(host)
        self._interfaces = interfaces
        self._last = self._look()

    def changed(self) -> bool:
        """Say whether the network is another one than at the last call."""
        before, self._last = self._last, self._look()
        return before != self._last

    def _look(self) -> tuple[str, ...]:
        return (_route(self._address), *_carriers(self._interfaces))


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
    try:
        return [
            f"{folder.name}={(folder / 'operstate').read_text(encoding='ascii').strip()}"
            for folder in sorted(interfaces.iterdir())
        ]
    except OSError:
        return []
