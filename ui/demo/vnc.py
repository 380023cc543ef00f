"""Qt's VNC platform, kept to this machine: Qt itself listens to the whole network.

The platform has neither a password nor an option for its address. So right after the
application is made, before its event loop ever runs, the listening socket is replaced under
its number by one that is bound to loopback; Qt goes on accepting from that.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from terminal.errors import StoreError

HOST = "127.0.0.1"
SIZE = "1920x1400"


def platform(port: int) -> str:
    """Return what `QT_QPA_PLATFORM` has to say for a port."""
    return f"vnc:size={SIZE}:port={port}"


def free_port(first: int = 5901, last: int = 5999) -> int:
    """Return a port of the usual ones that nobody uses now."""
    for port in range(first, last + 1):
        try:
            with socket.create_server((HOST, port)):
                return port
        except OSError:
            continue
    raise StoreError("demo.no_port", first=first, last=last)


def keep_to_loopback(port: int) -> None:
    """Bind the server of this process to loopback; raises `StoreError` when it cannot.

    Call it between making the application and its event loop, on the same thread.
    """
    # The server begins to listen by a posted event; those run here without any socket's.
    QCoreApplication.sendPostedEvents()
    found = listeners(port)
    if not found:
        raise StoreError("demo.no_vnc", port=port)
    with socket.socket() as stopgap:
        for number in found:
            os.dup2(stopgap.fileno(), number, inheritable=False)
    with socket.create_server((HOST, port)) as server:
        server.setblocking(False)
        os.dup2(server.fileno(), found[0], inheritable=False)
    for number in found[1:]:
        os.close(number)


def listeners(port: int) -> list[int]:
    """Return the numbers of this process's sockets that listen on a port."""
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            with socket.socket(fileno=os.dup(int(entry.name))) as each:
                listens = each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
                if listens and each.getsockname()[1] == port:
                    found.append(int(entry.name))
        except OSError:
            continue  # no socket, or closed meanwhile
    return found
