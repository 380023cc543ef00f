"""A throw-away PostgreSQL cluster for the test run: loopback only, its own folder and port."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

_PROGRAMS = Path("/usr/lib/postgresql")
_USER = "postgres"
_SETTINGS = (
    "listen_addresses = '127.0.0.1'",
    "unix_socket_directories = ''",
    "max_connections = 60",
    "shared_buffers = 64MB",
    # Tests that need durable commits say so themselves; nobody cuts the power in between.
    "fsync = off",
    "lc_messages = 'C'",
)


def programs() -> Path:
    """Return the folder of initdb and pg_ctl; a test without them fails as root, who can install
    them, and is skipped for others."""
    found = sorted(_PROGRAMS.glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    words = "PostgreSQL is not installed: apt-get install postgresql"
    if os.getuid() == 0:
        pytest.fail(words)
    pytest.skip(words)


def _as_user(*command: str | Path) -> None:
    """Run a command; root, whom initdb refuses, runs it as Debian's postgres."""
    drop = {}
    if os.getuid() == 0:
        entry = pwd.getpwnam(_USER)
        drop = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": ()}
    done = subprocess.run(
        [str(one) for one in command],
        cwd="/",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        **drop,  # type: ignore[call-overload]
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """A running cluster; `make()` empties its one database."""

    def __init__(self, bin_folder: Path, folder: Path, port: int) -> None:
        self.bin = bin_folder
        self.data = folder / "data"
        self.folder = folder
        self.port = port

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/{name}"

    def make(self) -> str:
        """Give the address of a database with nothing in it."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(b"DROP SCHEMA public CASCADE")
            connection.execute(b"CREATE SCHEMA public")
        return self.url()

    def wait_for_clients(self) -> None:
        """Wait until the server has seen the end of all connections; one left open fails."""
        end = time.monotonic() + 20
        while self.clients():
            assert time.monotonic() < end, "a connection was left open"

    def clients(self) -> int:
        """Count the connections that somebody holds open."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            found = connection.execute(
                b"SELECT count(*) FROM pg_stat_activity"
                b" WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchone()
        assert found is not None
        return int(found[0])

    def run(self, program: str, *arguments: str | Path) -> None:
        """Run one of PostgreSQL's programs as the cluster's owner."""
        _as_user(self.bin / program, *arguments)

    def start(self) -> None:
        options = f"-p {self.port}"
        log = self.folder / "log"
        self.run("pg_ctl", "-D", self.data, "-l", log, "-o", options, "-w", "-s", "start")

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "-D", self.data, "-m", mode, "-w", "-s", "stop")


@contextmanager
def cluster(*settings: str) -> Iterator[Cluster]:
    """Make, run and remove a cluster."""
    found = programs()
    folder = Path(tempfile.mkdtemp(prefix="yichuang-pg-"))
    try:
        if os.getuid() == 0:
            shutil.chown(folder, _USER, _USER)
        made = Cluster(found, folder, _free_port())
        made.run(
            "initdb", "-D", made.data, "-U", _USER, "-A", "trust", "-E", "UTF8",
            "--locale", "C.UTF-8", "--no-sync",
        )  # fmt: skip
        with (made.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\n".join((*_SETTINGS, *settings, "")))
        made.start()
        try:
            yield made
        finally:
            made.stop("immediate")
    finally:
        shutil.rmtree(folder)
