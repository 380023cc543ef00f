"""The print job's state machine: nothing is lost, and nothing is printed twice by itself."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from terminal.devices.print_queue import (
    JobFact,
    JobRecord,
    JobState,
    MemoryJobStorage,
    PrintJob,
    PrintQueue,
    advance,
)
from terminal.errors import NotFound, RuleRefused

ALLOWED = {
    ("queued", "taken", "printing"),
    ("printing", "done", "printed"),
    ("printing", "nothing_sent", "failed"),
    ("printing", "cut_off", "unknown"),
    ("failed", "printer_ready", "queued"),
    ("unknown", "settled", "printed"),
    ("queued", "noted", "queued"),
    ("printing", "noted", "printing"),
}


@given(st.sampled_from(get_args(JobState)), st.sampled_from(get_args(JobFact)), st.integers(0, 9))
def test_only_the_steps_that_can_happen(state: JobState, fact: JobFact, attempts: int) -> None:
    record = JobRecord("a", state, attempts=attempts, reprint_of="z")
    target = {(before, step): after for before, step, after in ALLOWED}.get((state, fact))
    if target is None:
        with pytest.raises(RuleRefused) as caught:
            advance(record, fact)
        assert caught.value.message()
        return
    after = advance(record, fact, "device.paper_out")
    assert after.state == target
    assert (after.id, after.reprint_of, after.error) == ("a", "z", "device.paper_out")
    assert after.attempts == attempts + (fact == "taken")


def test_the_oldest_job_comes_first() -> None:
    queue = PrintQueue(MemoryJobStorage())
    queue.add("a", b"first")
    queue.add("b", b"second")
    assert queue.next_job() == PrintJob("a", b"first")
    queue.report("a", "failed", "device.paper_out")
    queue.printer_ready()
    assert queue.next_job() == PrintJob("a", b"first")
    assert queue.next_job() == PrintJob("b", b"second")
    assert queue.next_job() is None


@pytest.mark.allow_warnings("terminal.devices.print_queue")
def test_a_job_that_cannot_be_made_does_not_hold_up_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(MemoryJobStorage):
        def data(self, job_id: str) -> bytes:
            if job_id in {"a", "b"}:
                raise NotFound("device.no_job", job=job_id) if job_id == "a" else ValueError("王㛃")
            return super().data(job_id)

    storage = Broken()
    queue = PrintQueue(storage)
    for job_id in "abc":
        queue.add(job_id, b"slip")
    assert queue.next_job() == PrintJob("c", b"slip")
    assert storage.in_state("failed") == [
        JobRecord("a", "failed", "device.no_job", attempts=1),
        JobRecord("b", "failed", "device.job_unreadable", attempts=1),
    ]
    assert "王㛃" not in caplog.text


def test_the_same_job_twice_is_one() -> None:
    storage = MemoryJobStorage()
    queue = PrintQueue(storage)
    queue.add("a", b"slip")
    queue.next_job()
    queue.report("a", "printed", "")
    assert queue.add("a", b"slip").state == "printed"
    queue.report("a", "printed", "")
    assert queue.next_job() is None


def test_what_was_printing_when_the_power_went_is_unknown() -> None:
    storage = MemoryJobStorage()
    PrintQueue(storage).add("a", b"slip")
    PrintQueue(storage).next_job()
    queue = PrintQueue(storage)
    queue.recover()
    assert queue.next_job() is None
    assert storage.in_state("unknown") == [
        JobRecord("a", "unknown", "device.job_interrupted", attempts=1)
    ]
    queue.printer_ready()
    assert queue.next_job() is None
    assert queue.settle("a").state == "printed"


def test_a_reprint_is_a_job_that_says_so() -> None:
    queue = PrintQueue(MemoryJobStorage())
    queue.add("a", b"slip")
    with pytest.raises(RuleRefused) as caught:
        queue.reprint("a", "b", b"slip again")
    assert caught.value.code == "device.job_not_printed_yet"
    queue.next_job()
    queue.report("a", "unknown", "device.timeout")
    queue.reprint("a", "b", b"slip again")
    assert queue.next_job() == PrintJob("b", b"slip again", reprint_of="a")
    queue.report("b", "printed", "")
    assert queue.reprint("b", "c", b"slip again").reprint_of == "a"


def test_no_such_job() -> None:
    queue = PrintQueue(MemoryJobStorage())
    for call in (
        lambda: queue.settle("x"),
        lambda: queue.report("x", "printed", ""),
        lambda: queue.reprint("x", "y", b""),
    ):
        with pytest.raises(NotFound):
            call()


def test_only_outcomes_are_reported() -> None:
    queue = PrintQueue(MemoryJobStorage())
    queue.add("a", b"slip")
    for state in ("queued", "printing"):
        with pytest.raises(RuleRefused):
            queue.report("a", state, "")
    with pytest.raises(RuleRefused):
        queue.report("a", "printed", "")


def test_a_jobs_repr_shows_no_content() -> None:
    assert "slip" not in repr(PrintJob("a", b"slip"))


class Hall(RuleBasedStateMachine):
    """Jobs, a printer that fails in every way, and a program that is restarted."""

    def __init__(self) -> None:
        super().__init__()
        self.storage = MemoryJobStorage()
        self.queue = PrintQueue(self.storage)
        self.taken: PrintJob | None = None
        self.added: set[str] = set()
        self.paper: dict[str, int] = {}

    @rule(number=st.integers(0, 4))
    def add(self, number: int) -> None:
        self.queue.add(f"job{number}", b"slip %d" % number)
        self.added.add(f"job{number}")

    @precondition(lambda self: self.taken is None)
    @rule()
    def take(self) -> None:
        self.taken = self.queue.next_job()

    @precondition(lambda self: self.taken is not None)
    @rule(outcome=st.sampled_from(["printed", "failed", "unknown"]), came_out=st.booleans())
    def finish(self, outcome: JobState, came_out: bool) -> None:
        assert self.taken is not None
        if outcome == "printed" or (outcome == "unknown" and came_out):
            self.paper[self.taken.id] = self.paper.get(self.taken.id, 0) + 1
        self.queue.report(self.taken.id, outcome, "")
        self.taken = None

    @rule(came_out=st.booleans())
    def restart(self, came_out: bool) -> None:
        if self.taken is not None and came_out:
            self.paper[self.taken.id] = self.paper.get(self.taken.id, 0) + 1
        self.queue = PrintQueue(self.storage)
        self.queue.recover()
        self.taken = None

    @rule()
    def ready(self) -> None:
        self.queue.printer_ready()

    @invariant()
    def nothing_is_lost_or_printed_twice(self) -> None:
        records = {
            record.id: record
            for state in get_args(JobState)
            for record in self.storage.in_state(state)
        }
        assert set(records) == self.added
        assert all(count == 1 for count in self.paper.values())
        for job_id, record in records.items():
            if record.state in {"queued", "failed"}:
                assert job_id not in self.paper
            if record.state == "printed":
                assert job_id in self.paper


TestHall = Hall.TestCase
