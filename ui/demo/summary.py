"""The demo's result as data: what was done, where it lies, and how both sides compare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from terminal.context import Context
from terminal.dev import comparison
from terminal.dev.comparison import Comparison, HubSide
from terminal.domain.case import CaseState
from terminal.services.papers import ON_THERMAL_PAPER
from terminal.texts import Texts
from ui.demo.papers import PaperFiles, PrintedFiles, write_documents
from ui.demo.stage import Played

FILE_NAME = "summary.json"


class CaseSummary(msgspec.Struct, frozen=True):
    """One case: numbers and states only, no names."""

    scene: str
    case_id: str
    matter: str
    receipt_number: str
    case_number: str
    item_code: str
    state: str
    due_date: str
    offline: bool
    record_ids: tuple[str, ...]
    documents: tuple[PaperFiles, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """All files of its documents."""
        return tuple(file for paper in self.documents for file in paper.files.values())


class Summary(msgspec.Struct, frozen=True):
    """What `summary.json` holds."""

    scenes: tuple[str, ...]
    cases: tuple[dict[str, Any], ...]
    journal: dict[str, int]
    hub: dict[str, int]
    ratings: int
    lost: int
    doubled: int
    lost_records: tuple[str, ...]
    doubled_records: tuple[str, ...]
    unsettled_records: tuple[tuple[str, str], ...]
    chain_holds: bool
    printed: PrintedFiles
    screenshots: tuple[str, ...]
    seconds: float
    problems: tuple[str, ...]
    done: bool


def summarise_case(ctx: Context, played: Played, out: Path) -> CaseSummary:
    """Describe a case as it stands now and write its documents."""
    case = ctx.cases.case(played.case_id)
    return CaseSummary(
        scene=played.scene,
        case_id=case.case_id,
        matter=played.matter,
        receipt_number=case.receipt_number,
        case_number=case.case_number,
        item_code=case.item_code,
        state=case.state.value,
        # A delivered case has no date to come any more: then the one that was promised is told.
        due_date=case.due or played.promised,
        offline=case.offline,
        record_ids=played.record_ids,
        documents=write_documents(ctx, case.case_id, out),
    )


class Findings(msgspec.Struct, frozen=True):
    """Everything that was looked up at the end."""

    cases: tuple[CaseSummary, ...]
    comparison: Comparison
    hub: HubSide
    chain_holds: bool
    printed: PrintedFiles
    ratings_given: int


def look_up(
    ctx: Context,
    database: Path,
    ratings: int,
    printed: PrintedFiles,
    cases: tuple[CaseSummary, ...],
) -> Findings:
    """Read both sides; any thread."""
    hub = comparison.read_hub(database, ctx.keys.terminal_id)
    return Findings(
        cases=cases,
        comparison=comparison.compare(comparison.written_here(ctx), hub),
        hub=hub,
        chain_holds=ctx.journal.verify().holds,
        printed=printed,
        ratings_given=ratings,
    )


def problems(found: Findings, played: list[Played], waiting: int, texts: Texts) -> list[str]:
    """Return in sentences what is not as the scene intended it; empty: everything is."""
    said = []
    both = found.comparison
    if both.lost:
        said.append(texts("demo.problem.lost", count=len(both.lost)))
    if both.doubled:
        said.append(texts("demo.problem.doubled", count=len(both.doubled)))
    for record, effect in both.unsettled:
        said.append(texts("demo.problem.unsettled", record=record, effect=effect))
    if waiting:
        said.append(texts("demo.problem.waiting", count=waiting))
    if not found.chain_holds:
        said.append(texts("demo.problem.chain"))
    intended = {one.case_id: one for one in played}
    states = dict(found.hub.states)
    for case in found.cases:
        wanted = intended[case.case_id]
        if case.state != wanted.expected.value:
            said.append(
                texts("demo.problem.state", number=case.receipt_number, state=case.state,
                      expected=wanted.expected.value)
            )  # fmt: skip
        at_hub = states.get(case.receipt_number, "")
        if at_hub != case.state:
            said.append(
                texts("demo.problem.hub_state", number=case.receipt_number, here=case.state,
                      there=at_hub)
            )  # fmt: skip
        if case.offline != wanted.offline:
            said.append(texts("demo.problem.offline", number=case.receipt_number))
        if case.item_code != wanted.item_code:
            said.append(texts("demo.problem.item", number=case.receipt_number))
        if case.state in _COUNTED and not case.due_date:
            said.append(texts("demo.problem.due", number=case.receipt_number))
    if found.hub.ratings != found.ratings_given:
        said.append(
            texts("demo.problem.ratings", given=found.ratings_given, arrived=found.hub.ratings)
        )
    if len(found.hub.cases) != len(found.cases):
        said.append(texts("demo.problem.cases", here=len(found.cases), there=len(found.hub.cases)))
    receipts = sum(
        paper.kind in ON_THERMAL_PAPER for case in found.cases for paper in case.documents
    )
    if len(found.printed.slips) != receipts or found.printed.unlike:
        said.append(
            texts("demo.problem.slips", printed=len(found.printed.slips), receipts=receipts,
                  unlike=found.printed.unlike)
        )  # fmt: skip
    return said


_COUNTED = (CaseState.ACCEPTED.value, CaseState.DECIDED.value)


def write(summary: Summary, out: Path) -> Path:
    """Write `summary.json`."""
    path = out / FILE_NAME
    text = msgspec.json.format(msgspec.json.encode(summary), indent=2)
    path.write_bytes(text + b"\n")
    return path


def case_tree(case: CaseSummary) -> dict[str, Any]:
    """Return a case as it stands in `summary.json`."""
    tree: dict[str, Any] = msgspec.to_builtins(case)
    return {**tree, "files": case.files}
