"""The law in a scene: one matter of several departments, what is refused, what others see."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtWidgets import QLabel

from terminal.clock import to_local
from terminal.dev import people
from terminal.dev.browser import Browser
from terminal.dev.department import words_of
from terminal.dev.scenes import law_steps, steps
from terminal.documents import decode_view
from terminal.domain.case import CaseState
from terminal.domain.records import DeclineKind, Outcome, ResultThing
from terminal.errors import TerminalError
from terminal.services.casework.window import DecisionRequest
from terminal.services.views import DeclineRequest, Saved
from ui.demo.acting import casework, intake
from ui.demo.acting.department import chief, seated
from ui.demo.acting.expecting import text_of
from ui.demo.stage import Played, Stage, Steps

DESK_PAPERS = "desk-papers"
"""Folder in the hall's own, where a department's papers are kept to be read."""

_MARKUP = re.compile(r"<[^>]+>")

# One matter of several departments


def choose(stage: Stage, step: law_steps.Choose) -> None:
    """Find question and option by their words, and answer by the digit."""
    review = stage.place.desk.now.review
    assert review is not None
    question = next(one for one in review.questions if step.question in one.text)
    option = next(one for one in question.options if step.option in one.label)
    intake.answer(stage, steps.Answer(question.id, option.id))


def lay_down(stage: Stage, _: law_steps.LayDown) -> None:
    """Tick every row that is still open."""
    review = stage.place.desk.now.review
    assert review is not None
    lacking = tuple(line.material.id for line in review.materials if not line.settled)
    intake.hand_in(stage, steps.HandIn(lacking))


def fill_in(stage: Stage, step: law_steps.FillIn) -> None:
    """Fill the form by the labels of its fields."""
    review = stage.place.desk.now.review
    assert review is not None
    named = {field.label: field.id for field in review.fields}
    values = tuple((named[label], value) for label, value in step.fields if label in named)
    intake.fill(stage, steps.Fill(values))


def do_event(stage: Stage, step: law_steps.DoEvent) -> None:
    """Press the act's key; each case of the matter is known by its own name from now on."""
    desk = stage.place.desk
    saved: list[Saved] = []

    def take(answer: Saved, _: str) -> None:
        saved.append(answer)

    intake.to_review(stage, step.act)
    stage.shoot(f"{step.matter}-review")
    desk.saved.connect(take)
    try:
        intake.press(stage, step.act)
        stage.hands.wait(step.act.value, lambda: saved)
    finally:
        desk.saved.disconnect(take)
    stage.matters[step.matter] = saved[0].case.case_id
    for (name, expected), row in zip(step.parts, saved[0].parts, strict=True):
        case = stage.ctx.cases.case(row.case_id)
        made = Played(
            name, case.case_id, expected, case.offline, case.item_code, stage.scene,
            row.due.isoformat() if row.due else "", tuple(one.record_id for one in case.history),
        )  # fmt: skip
        stage.played[name] = made
        stage.all_played.append(made)
    stage.await_slips(saved[0].documents)
    stage.hands.wait("visit", lambda: len(desk.now.cases) == len(step.parts))
    stage.shoot(f"{step.matter}-saved")


def hand_out(stage: Stage, step: law_steps.HandOut) -> None:
    """Open the first one's page, tick the others, read the card, have it signed."""
    first, *others = step.matters
    also = tuple(stage.played[one].case_id for one in others)
    handled = steps.Handle(first, "deliver", CaseState.DELIVERED, signed=True, card=step.card)
    casework.handle(stage, handled, also)
    for one in others:
        stage.await_state(one, CaseState.DELIVERED)


# What is not allowed


def tried(stage: Stage, step: law_steps.Tried) -> None:
    """Ask the core for it as the one who is signed in; it says no and writes nothing."""
    before, code = stage.ctx.journal.status().written, ""
    try:
        _TRIES[step.doing](stage, step.matter)
    except TerminalError as error:
        code = error.code
    if code != step.code or stage.ctx.journal.status().written != before:
        stage.problem("expected", matter=step.matter, what=step.doing, found=code, wanted=step.code)


def _accept(stage: Stage, matter: str) -> None:
    draft = stage.ctx.intake.resume(stage.case(matter).case_id)
    stage.ctx.intake.accept(draft, stage.place.session)


def _correct(stage: Stage, matter: str) -> None:
    draft = stage.ctx.intake.resume(stage.case(matter).case_id)
    stage.ctx.intake.notify_correction(draft, stage.place.session)


def _decline(stage: Stage, matter: str) -> None:
    draft = stage.ctx.intake.resume(stage.case(matter).case_id)
    request = DeclineRequest(
        DeclineKind.OTHER, "材料不符合规定", "《中华人民共和国行政许可法》第三十二条",
        second_name=people.SUPERVISOR.login, second_password=people.SUPERVISOR.password,
    )  # fmt: skip
    stage.ctx.intake.decline(draft, stage.place.session, request)


def _decide(stage: Stage, matter: str) -> None:
    request = DecisionRequest(Outcome.GRANTED, "窗口〔2026〕1号", "SAMPLE-0000")
    stage.ctx.casework.decide(stage.case(matter).case_id, request, stage.place.session)


def _fail_cure(stage: Stage, matter: str) -> None:
    case_id = stage.case(matter).case_id
    stage.ctx.casework.fail_cure(case_id, "未补齐", "办事指南", stage.place.session)


def _make_ready(stage: Stage, matter: str) -> None:
    case_id, things = stage.case(matter).case_id, (ResultThing("许可证"),)
    stage.ctx.results.make_ready(case_id, things, stage.place.session)


_TRIES: dict[str, Callable[[Stage, str], None]] = {
    "accept": _accept,
    "correct": _correct,
    "decline": _decline,
    "decide": _decide,
    "fail_cure": _fail_cure,
    "make_ready": _make_ready,
}


def tried_at_desk(stage: Stage, step: law_steps.TriedAtDesk) -> None:
    """Send the form of an act; the page says why it cannot be."""
    case_id = stage.case(step.matter).case_id
    stage.await_arrival()

    def act() -> str:
        return seated(stage, step.account).act(case_id, step.act, **dict(step.values)).problem

    problem = stage.hands.during(act)
    if step.words not in problem:
        stage.problem(
            "expected", matter=step.matter, what=step.act, found=problem, wanted=step.words
        )


# What others see


def screen_says(stage: Stage, step: law_steps.ScreenSays) -> None:
    """Read every word that the clerk's window shows."""

    def shown() -> str:
        labels = stage.app.window.findChildren(QLabel)
        return "\n".join(_MARKUP.sub("", one.text()) for one in labels if one.isVisible())

    stage.hands.wait(step.words[0], lambda: step.words[0] in shown())
    _judge(stage, "window", shown(), step.words, step.never)


def progress_says(stage: Stage, step: law_steps.ProgressSays) -> None:
    """Open the address behind the code of the matter's first paper that has one."""
    stage.await_arrival()
    url = _address(stage, step.matter)
    page = stage.hands.during(lambda: Browser().get(url))
    _judge(stage, step.matter, words_of(page.text), step.words, step.never)


def _address(stage: Stage, matter: str) -> str:
    documents = stage.ctx.documents
    for paper in stage.ctx.cases.documents(stage.id_of(matter)):
        view = decode_view(documents.document(paper.document_id).view)
        if url := getattr(view, "query_url", ""):
            return str(url)
    raise AssertionError(f"{matter} has no paper with a code")


def friday_says(stage: Stage, step: law_steps.FridaySays) -> None:
    """The supervisor opens the Friday page."""
    stage.await_arrival()
    number = stage.case(step.matter).receipt_number
    lists = stage.hands.during(lambda: chief(stage).friday())
    row = lists[step.listed].row(number)
    if bool(row) is not step.there:
        found, wanted = str(bool(row)), str(step.there)
        stage.problem("expected", matter=step.matter, what=step.listed, found=found, wanted=wanted)
    _judge(stage, step.matter, " ".join(row), step.words)


def receipt_says(stage: Stage, step: law_steps.ReceiptSays) -> None:
    """Read the one receipt of a matter of several departments."""
    (paper,) = stage.ctx.cases.documents(stage.matters[step.matter])
    _judge(stage, step.matter, text_of(stage, paper), step.words)


def numbered(stage: Stage, step: law_steps.Numbered) -> None:
    """Wait for the number: the hub gives it once the paper has arrived."""

    def number() -> str:
        papers = stage.ctx.cases.documents(stage.id_of(step.matter))
        found = next(one for one in papers if one.kind == step.kind)
        return stage.ctx.documents.document(found.document_id).official_number

    stage.hands.wait(step.begins, lambda: number().startswith(step.begins))


def department_paper(stage: Stage, step: law_steps.DepartmentPaper) -> None:
    """Fetch the paper and keep it beside the hall's other things."""
    case_id = stage.case(step.matter).case_id
    stage.await_arrival()
    data = stage.hands.during(lambda: seated(stage, step.account).paper(case_id, step.kind))
    folder = stage.hall.folder / DESK_PAPERS
    folder.mkdir(exist_ok=True)
    (folder / f"{step.matter}-{step.kind}.pdf").write_bytes(data)


def arrived(stage: Stage, step: law_steps.Arrived) -> None:
    """Register the arrival by the case page's form."""
    today = to_local(stage.ctx.clock.now().corrected).date().isoformat()
    values = (("day", today), ("time", step.at))
    casework.handle(stage, steps.Handle(step.matter, "arrived", CaseState.RECEIVED, values))


def _judge(
    stage: Stage,
    matter: str,
    text: str,
    words: law_steps.Words,
    never: law_steps.Words = (),
) -> None:
    """Tell what a text does not say, or says although it must not; blanks do not count."""
    flat = "".join(text.split())
    for wanted in words:
        if "".join(wanted.split()) not in flat:
            stage.problem("unsaid", matter=matter, found=text[:400], wanted=wanted)
    for wanted in never:
        if "".join(wanted.split()) in flat:
            stage.problem("said", matter=matter, found=text[:400], wanted=wanted)


STEPS: Steps = {
    law_steps.Choose: choose,
    law_steps.LayDown: lay_down,
    law_steps.FillIn: fill_in,
    law_steps.DoEvent: do_event,
    law_steps.HandOut: hand_out,
    law_steps.Tried: tried,
    law_steps.TriedAtDesk: tried_at_desk,
    law_steps.ScreenSays: screen_says,
    law_steps.ProgressSays: progress_says,
    law_steps.FridaySays: friday_says,
    law_steps.ReceiptSays: receipt_says,
    law_steps.Numbered: numbered,
    law_steps.DepartmentPaper: department_paper,
    law_steps.Arrived: arrived,
}
