"""A run of the torture: set up, let the faults loose, stop them, wait, count."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec

from terminal.dev.torture.count import Counts, count, read_hub, read_terminal
from terminal.dev.torture.proxy import FaultyProxy
from terminal.dev.torture.victims import HubVictim, SmallDisk, TerminalVictim

DRAIN_SECONDS = 420.0
"""Longest back-off (five minutes) and a little more: nobody helps."""

_STEP = 0.2
_SMALL = 1
"""The terminal (counted from 1) whose data folder has three megabytes to spare."""


class Plan(msgspec.Struct, frozen=True):
    """What is wanted: seconds of faults, terminals, the seed of all dice."""

    folder: Path
    seconds: float = 60.0
    terminals: int = 3
    seed: int = 1


class Report(msgspec.Struct, frozen=True):
    """What was done to the hall, and what came of it.

    `crashes` are processes that ended by themselves, `refused_starts` those that a full disk
    kept from opening, `drained` whether everything settled, `drain_seconds` after how long.
    """

    seed: int
    seconds: float
    terminals: int
    small_disk: str
    kills_of_terminals: int
    kills_of_hub: int
    pauses: int
    disk_fills: int
    refused_starts: int
    crashes: int
    line: dict[str, int]
    drained: bool
    drain_seconds: float
    counts: Counts
    last_words: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the hall came through."""
        return self.drained and not self.crashes and self.counts.holds


class Torture:
    """One run; `tell` hears a word (a text key) and its data now and then."""

    def __init__(self, plan: Plan, tell: Callable[..., None] = lambda *_, **__: None) -> None:
        self._plan = plan
        self._tell = tell
        self._dice = random.Random(plan.seed)
        self._done: Counter[str] = Counter()
        self.hub = HubVictim(plan.folder / "hub")
        self.terminals: list[TerminalVictim] = []
        self._wakes: list[tuple[float, Callable[[], object]]] = []

    def run(self) -> Report:
        """Do all of it; processes and mounts are gone afterwards, whatever happens."""
        with ExitStack() as stack:
            stack.callback(self.hub.stop)
            proxy = self._set_up(stack)
            self._tell("torture.storm", seconds=int(self._plan.seconds))
            started = time.monotonic()
            self._storm(started + self._plan.seconds)
            self._tell("torture.calm")
            drained, took = self._drain(proxy)
            for terminal in self.terminals:
                terminal.stop()
            self.hub.stop()
            return self._report(proxy, drained, took)

    def _set_up(self, stack: ExitStack) -> FaultyProxy:
        self._tell("torture.set_up", terminals=self._plan.terminals)
        made = self.hub.set_up()
        ready = self.hub.start()
        dice = random.Random(f"line/{self._plan.seed}")
        proxy = stack.enter_context(FaultyProxy(("127.0.0.1", self.hub.port), dice))
        for number in range(1, self._plan.terminals + 1):
            folder = self._plan.folder / f"terminal-{number}"
            disk = SmallDisk(folder / "data") if number == _SMALL else None
            victim = TerminalVictim(folder, number, self._plan.seed, disk)
            if disk is not None:
                stack.callback(disk.unmount)
            stack.callback(victim.stop)
            self.terminals.append(victim)
            code = made.code if number == 1 else self.hub.new_code()
            victim.set_up(ready.url, proxy.url, code)
            victim.start()
        return proxy

    # Faults

    def _storm(self, until: float) -> None:
        """Do something terrible every second or so."""
        while (now := time.monotonic()) < until:
            if self._dice.random() < _STEP / 1.2:
                self._terrible(now)
            for due, wake in self._due(now):
                self._wakes.remove((due, wake))
                wake()
            for terminal in self.terminals:
                terminal.look()
            time.sleep(_STEP)
        for _, wake in self._wakes:
            wake()
        self._wakes.clear()

    def _due(self, now: float) -> Iterator[tuple[float, Callable[[], object]]]:
        yield from [one for one in self._wakes if one[0] <= now]

    def _later(self, low: float, high: float, wake: Callable[[], object]) -> None:
        self._wakes.append((time.monotonic() + self._dice.uniform(low, high), wake))

    def _terrible(self, now: float) -> None:
        terminal = self._dice.choice(self.terminals)
        match self._dice.choices(
            ["kill", "kill hub", "pause", "pause hub", "disk"], [5, 3, 2, 1, 1]
        )[0]:
            case "kill" if terminal.pid:
                self._done["kills_of_terminals"] += 1
                terminal.kill()
                self._later(0, 2, terminal.start)
            case "kill hub" if self.hub.running:
                self._done["kills_of_hub"] += 1
                self.hub.kill()
                self._later(0, 3, self.hub.start)
            case "pause" if terminal.pid:
                self._done["pauses"] += 1
                terminal.tell(signal.SIGSTOP)
                self._later(0.5, 4, lambda: terminal.tell(signal.SIGCONT))
            case "pause hub" if self.hub.running:
                self._done["pauses"] += 1
                self.hub.tell(signal.SIGSTOP)
                self._later(0.5, 4, lambda: self.hub.tell(signal.SIGCONT))
            case "disk":
                self._make_room()

    def _make_room(self) -> None:
        """Somebody clears the small disk: it fills again from three megabytes."""
        for terminal in self.terminals:
            if terminal.disk is not None:
                self._done["disk_fills"] += 1
                terminal.disk.narrow()

    # Calm

    def _drain(self, proxy: FaultyProxy) -> tuple[bool, float]:
        """End all faults and wait, without helping, until nothing waits anywhere."""
        proxy.calm()
        self.hub.start()
        for terminal in self.terminals:
            if terminal.disk is not None:
                terminal.disk.widen()
            terminal.close()
            terminal.look()
            terminal.start()
        started = time.monotonic()
        quiet = 0
        while time.monotonic() < started + DRAIN_SECONDS:
            time.sleep(_STEP)
            for terminal in self.terminals:
                terminal.look()
            quiet = quiet + 1 if all(map(_settled, self.terminals)) else 0
            if quiet > 5:
                return True, time.monotonic() - started
        return False, time.monotonic() - started

    def _report(self, proxy: FaultyProxy, drained: bool, took: float) -> Report:
        sides = [
            read_terminal(one.number, one.data_dir, one.notes, one.papers) for one in self.terminals
        ]
        crashed = [one for one in self.terminals if one.crashes]
        disks = [one.disk.means for one in self.terminals if one.disk is not None]
        return Report(
            seed=self._plan.seed,
            seconds=self._plan.seconds,
            terminals=len(self.terminals),
            small_disk="".join(disks),
            kills_of_terminals=self._done["kills_of_terminals"],
            kills_of_hub=self._done["kills_of_hub"],
            pauses=self._done["pauses"],
            disk_fills=self._done["disk_fills"],
            refused_starts=sum(one.refusals for one in self.terminals),
            crashes=sum(one.crashes for one in self.terminals),
            line=dict(sorted(proxy.counts.items())),
            drained=drained,
            drain_seconds=round(took, 1),
            counts=count(sides, read_hub(self.hub.database)),
            last_words=tuple(one.last_words() for one in crashed),
        )


def _settled(terminal: TerminalVictim) -> bool:
    said = terminal.said()
    return bool(said) and not (said["waiting"] or said["held"])
