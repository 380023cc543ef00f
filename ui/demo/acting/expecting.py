"""What must be true of a matter: judged where the scene says so, told in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from operator import attrgetter
from typing import Any

import msgspec

from terminal.clock import to_local
from terminal.dev.scenes import steps
from terminal.documents import decode_view, lay_out
from terminal.domain.case import Case
from terminal.domain.records import CaseNumbered
from terminal.services.papers import ON_THERMAL_PAPER
from terminal.services.views import DocumentView
from ui.demo.stage import Stage, Steps


def expect(stage: Stage, step: steps.Expect) -> None:
    """Judge a matter; each thing that is not so becomes a problem, and the scene goes on."""
    case = stage.case(step.matter)
    stage.played[step.matter].expected = step.state
    _compare(stage, step.matter, "state", case.state.value, step.state.value)
    if step.life is not None:
        # The hub's number comes whenever it comes.
        life = tuple(one.kind for one in case.history if one.kind != CaseNumbered.kind)
        _compare(stage, step.matter, "life", " ".join(life), " ".join(step.life))
    for until in step.until:
        _compare(
            stage, step.matter, until.date, getattr(case, until.date), _day(stage, case, until)
        )
    for name, wanted in step.fields:
        _compare(stage, step.matter, name, str(attrgetter(name)(case)), wanted)
    papers = stage.ctx.cases.documents(case.case_id)
    if step.papers is not None:
        # Papers of one act are issued in one moment: their order among each other says nothing.
        # What a department has issued is printed at its desk, not here.
        here = [one for one in papers if one.jobs]
        kinds = " ".join(sorted(one.kind for one in here))
        _compare(stage, step.matter, "papers", kinds, " ".join(sorted(step.papers)))
        for paper in here:
            _came_out(stage, paper)
    for says in step.says:
        _read(stage, step.matter, case, says, papers)


def _day(stage: Stage, case: Case, until: steps.Until) -> str:
    """Return the date that the rule gives, counted here by the calendar alone."""
    if until.working_days is None and until.days is None:
        return ""
    day = to_local(attrgetter(until.since)(case)).date()
    if until.days is not None:
        return (day + timedelta(days=until.days)).isoformat()
    assert until.working_days is not None
    return stage.ctx.calendar.add_working_days(day, until.working_days).date.isoformat()


def _came_out(stage: Stage, paper: DocumentView) -> None:
    """Wait until a paper was printed; it bears its number."""

    def printed() -> bool:
        jobs = stage.ctx.printing.jobs(paper.case_id)
        mine = [job for job in jobs if job.document_id == paper.document_id]
        return bool(mine) and all(job.state == "printed" for job in mine)

    stage.hands.wait(f"{paper.kind} printed", printed)
    number = paper.number
    if paper.kind in ON_THERMAL_PAPER:
        # A slip bears the case's own number, which its document's begins with.
        number = stage.ctx.cases.case(paper.case_id).receipt_number
    if number not in "".join(text_of(stage, paper).split()):
        stage.problem("number", matter=paper.kind, wanted=number)


def _read(
    stage: Stage, matter: str, case: Case, says: steps.Says, papers: Sequence[DocumentView]
) -> None:
    found = [paper for paper in papers if paper.kind == says.kind]
    text = text_of(stage, found[-1]) if found else ""
    flat = "".join(text.split())
    for words in says.words:
        wanted = words.format_map(_Fields(case))
        if "".join(wanted.split()) not in flat:
            stage.problem("unsaid", matter=matter, found=says.kind, wanted=wanted)
    for words in says.never:
        if "".join(words.split()) in flat:
            stage.problem("said", matter=matter, found=says.kind, wanted=words)


def text_of(stage: Stage, paper: DocumentView) -> str:
    """Return a paper as plain text, and behind it what its tables break into narrow columns."""
    documents = stage.ctx.documents
    document = documents.document(paper.document_id)
    text = documents.render(document, "text").decode()
    layout = msgspec.to_builtins(lay_out(decode_view(document.view)))
    return "\n".join((text, *_strings(layout["nodes"])))


def _strings(tree: object) -> Iterator[str]:
    """Return every string of a tree of nodes."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        for value in tree.values():
            yield from _strings(value)
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from _strings(value)


class _Fields(dict[str, Any]):
    """The fields of a case for the words of a paper: `{receipt_number}`, `{applicant.name}`."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self._case = case

    def __missing__(self, name: str) -> Any:
        return getattr(self._case, name)


def _compare(stage: Stage, matter: str, what: str, found: str, wanted: str) -> None:
    if found != wanted:
        stage.problem("expected", matter=matter, what=what, found=found, wanted=wanted)


STEPS: Steps = {steps.Expect: expect}
