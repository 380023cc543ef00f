"""PouchDB replicating to pouchdb-server: both from npm, each in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks import _fleet
from benchmarks._common import bytes_in, memory_of

PEERS = ("pouchdb@9", "pouchdb-server@4")
NPM_SECONDS = 600

POUCH = """
const PouchDB = require('pouchdb');
const fs = require('fs');
const [,, url, file, folder] = process.argv;
(async () => {
  const rows = JSON.parse(fs.readFileSync(file, 'utf8'));
  const local = new PouchDB(folder + '/local');
  await local.bulkDocs(rows.map(([hash, header, payload]) => ({
    _id: hash, header: JSON.parse(header), payload: JSON.parse(payload)})));
  const remote = new PouchDB(url + '/peer');
  await remote.info();
  const begun = process.hrtime.bigint(), used = process.cpuUsage();
  const done = await local.replicate.to(remote, {batch_size: 500});
  const took = Number(process.hrtime.bigint() - begun) / 1e9;
  if (!done.ok || done.docs_written !== rows.length) throw new Error(JSON.stringify(done));
  const {user, system} = process.cpuUsage(used);
  console.log(JSON.stringify({took, used: (user + system) / 1e6}));
  await remote.destroy();
})().catch((error) => { console.error(error); process.exit(1); });
"""


class Replicated(NamedTuple):
    """Seconds by the clock, processor time of both sides in seconds, bytes held and kept."""

    took: float
    used: float
    memory: int
    disk: int


class PouchPeer:
    """PouchDB and pouchdb-server in a folder of their own."""

    def __init__(self, packages: Path, top: Path) -> None:
        self.packages = packages
        self.top = top

    @classmethod
    def installed(cls, packages: Path, top: Path) -> PouchPeer | None:
        """Install both unless they are there; None, with a sentence, when npm cannot."""
        if not (packages / "node_modules" / "pouchdb-server").is_dir():
            command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(packages)]
            try:
                subprocess.run(
                    [*command, *PEERS], check=True, timeout=NPM_SECONDS,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )  # fmt: skip
            except (OSError, subprocess.SubprocessError) as error:
                print(f"PouchDB: left out, npm could not install it ({type(error).__name__})")
                return None
        return cls(packages, top)

    def run(self, rows: list[tuple[str, str, str]]) -> Replicated:
        """Replicate the records from a local database to the server."""
        with tempfile.TemporaryDirectory(dir=self.top) as name:
            folder = Path(name)
            (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
            (folder / "run.js").write_text(POUCH, encoding="utf-8")
            (folder / "server").mkdir()
            with self._serving(folder) as (url, process):
                before = _fleet.seconds_of(process)
                done = subprocess.run(
                    ["node", str(folder / "run.js"), url, str(folder / "rows.json"), name],
                    env=os.environ | {"NODE_PATH": str(self.packages / "node_modules")},
                    check=True, capture_output=True, encoding="utf-8", timeout=300,
                )  # fmt: skip
                told = json.loads(done.stdout.splitlines()[-1])
                used = told["used"] + _fleet.seconds_of(process) - before
                memory = memory_of(process, "VmHWM")
            disk = bytes_in(folder / "server")
        return Replicated(told["took"], used, memory, disk)

    @contextlib.contextmanager
    def _serving(self, folder: Path) -> Iterator[tuple[str, int]]:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        program = self.packages / "node_modules" / "pouchdb-server" / "bin" / "pouchdb-server"
        process = subprocess.Popen(
            ["node", str(program), "--port", str(port), "--dir", str(folder / "server")],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            end = time.monotonic() + 60
            while time.monotonic() < end:
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()
            process.wait()
