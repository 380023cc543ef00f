"""`python -m tests.simulation`: many seeds, or many power cuts; what they found as JSON lines.

Lines are `{"failed": seed, "trace": text}` for each failure, `{"done": n, "of": n, "bad": n}`
now and then, and last `{"done", "of", "bad", "seconds", "processor_seconds"}`. The exit status
is 1 when one failed. `main.py simulate` turns them into sentences.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

TELL_SECONDS = 10.0

Outcome = tuple[int, str]
"""A seed and its trace, empty when it held."""


def play_seed(steps: int, seed: int) -> Outcome:
    """Play one seed; a failure comes back as text."""
    from tests.simulation.run import SeedFailed, run_in_folder

    logging.disable(logging.CRITICAL)
    try:
        run_in_folder(seed, steps)
    except SeedFailed as error:
        return seed, str(error)
    return seed, ""


def cut_power(steps: int, seed: int) -> Outcome:
    """Cut the power of a terminal and of a hub; a failure comes back as text."""
    from tests.simulation.hub_power import run_hub_cut
    from tests.simulation.power import PowerCutFailed, run_cut

    logging.disable(logging.CRITICAL)
    try:
        run_cut(seed)
        run_hub_cut(seed)
    except PowerCutFailed as error:
        return seed, str(error)
    return seed, ""


def _outcomes(play: Callable[[int], Outcome], seeds: range, jobs: int) -> Iterator[Outcome]:
    if jobs == 1:
        yield from map(play, seeds)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(play, seeds, chunksize=4)


def _say(**line: object) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    """Run as many as asked; 1 when one failed."""
    from tests.simulation.run import STEPS

    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--start", type=int, default=1)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--power-cuts", type=int, default=0)
    given = parser.parse_args(arguments)
    count = given.power_cuts or given.seeds
    play = partial(cut_power if given.power_cuts else play_seed, given.steps)
    begun = told = time.monotonic()
    done = bad = 0
    for seed, trace in _outcomes(play, range(given.start, given.start + count), given.jobs):
        done += 1
        if trace:
            bad += 1
            _say(failed=seed, trace=trace)
        if time.monotonic() - told >= TELL_SECONDS:
            told = time.monotonic()
            _say(done=done, of=count, bad=bad)
    used = os.times()
    processor = used.user + used.system + used.children_user + used.children_system
    _say(
        done=done, of=count, bad=bad,
        seconds=round(time.monotonic() - begun, 1), processor_seconds=round(processor, 1),
    )  # fmt: skip
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
