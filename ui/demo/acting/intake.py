"""The matter: found, asked about, papers laid down, form filled, and the acts of the review."""

from __future__ import annotations

from PySide6.QtCore import Qt

from terminal.dev import people
from terminal.dev.scenes import steps
from terminal.domain.case import CaseState
from terminal.services.views import Act, Saved
from ui.demo.acting.looking import find_case
from ui.demo.stage import Stage, Steps
from ui.widgets.fields import Choice, Field
from ui.window.review import KEYS

CONTROL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier

ROW_KEYS = {
    steps.How.PAPER: Qt.Key.Key_Space,
    steps.How.COMMITMENT: Qt.Key.Key_C,
    steps.How.LATER: Qt.Key.Key_F9,
}
"""What is pressed on a material's row."""


def find(stage: Stage, step: steps.Find) -> None:
    """Search as one types and take the item."""
    desk = stage.place.desk
    _take_result(stage, step.typed, f"result_{step.item}")
    stage.hands.wait("item", lambda: desk.item is not None and desk.item.code == step.item)


def find_event(stage: Stage, step: steps.FindEvent) -> None:
    """Search as one types and take the whole matter."""
    desk = stage.place.desk
    _take_result(stage, step.typed, f"event_{step.event}")
    stage.hands.wait("matter", lambda: desk.now.review is not None and desk.now.review.parts)


def _take_result(stage: Stage, typed: str, wanted: str) -> None:
    hands, search = stage.hands, stage.place.work.search
    hands.press(Qt.Key.Key_F3)
    hands.at("search_edit")
    hands.type(typed)

    def place() -> int:
        names = [row.objectName() for row in search.results.rows]
        return names.index(wanted) if wanted in names else -1

    hands.wait(typed, lambda: not search._pending and place() >= 0)
    while search.results.index != place():
        hands.press(Qt.Key.Key_Down if search.results.index < place() else Qt.Key.Key_Up)
    hands.press(Qt.Key.Key_Return)


def answer(stage: Stage, step: steps.Answer) -> None:
    """Answer a question by its digit."""
    hands, desk = stage.hands, stage.place.desk
    hands.at(f"question_{step.question}")
    review = desk.now.review
    assert review is not None
    question = next(q for q in review.questions if q.id == step.question)
    options = [option.id for option in question.options]
    hands.press(Qt.Key(Qt.Key.Key_1 + options.index(step.option)))

    def answered() -> bool:
        review = desk.now.review
        moved = hands.focus() != f"question_{step.question}"
        return (
            moved and review is not None and review.draft.answers.get(step.question) == step.option
        )

    hands.wait("answer", answered)


def hand_in(stage: Stage, step: steps.HandIn) -> None:
    """Settle rows by one key each."""
    for material in step.materials:
        _to_material(stage, material)
        stage.hands.press(ROW_KEYS[step.how])
        if step.how is steps.How.COMMITMENT:
            # The applicant is told what it means, and chooses it freely.
            stage.hands.at("commitment_choice")
            stage.hands.press(Qt.Key.Key_1)
            stage.hands.press(Qt.Key.Key_Return)
        _settled(stage, material)


def find_fault(stage: Stage, step: steps.FindFault) -> None:
    """Say what is wrong with a paper."""
    hands = stage.hands
    _to_material(stage, step.material)
    hands.press(Qt.Key.Key_X)
    hands.at("material_defect")
    hands.type(step.words)
    hands.press(Qt.Key.Key_Return)
    _settled(stage, step.material)


def _to_material(stage: Stage, material: str) -> None:
    hands, rows = stage.hands, stage.place.work.path.materials.list
    hands.at("materials_list")
    goal = [row.objectName() for row in rows.rows].index(f"material_{material}")
    while rows.index != goal:
        hands.press(Qt.Key.Key_Down if rows.index < goal else Qt.Key.Key_Up)


def _settled(stage: Stage, material: str) -> None:
    desk = stage.place.desk

    def settled() -> bool:
        draft = desk.now.draft
        return desk.fresh and draft is not None and material in draft.materials

    stage.hands.wait(material, settled)


def fill(stage: Stage, step: steps.Fill) -> None:
    """Go through the form by Enter; what is known already is left alone."""
    hands, desk, values = stage.hands, stage.place.desk, dict(step.fields)
    form = stage.place.work.path.form
    for _ in range(len(stage.place.work.path.materials.list.rows)):
        if hands.focus() == "materials_list":
            hands.press(Qt.Key.Key_Return)
    hands.wait("form", lambda: hands.focus().startswith("form_"))
    while (name := hands.focus()).startswith("form_"):
        field_id = name.removeprefix("form_")
        _fill_field(stage, form.fields[field_id], values.get(field_id, ""))
        hands.enter()
    hands.wait("review", lambda: desk.fresh)


def _fill_field(stage: Stage, shown: Field | Choice, value: str) -> None:
    if isinstance(shown, Choice):
        if value and shown.value() != value:
            stage.hands.choose(shown, value)
    elif value and not shown.text():
        stage.hands.type(value)


def forward(stage: Stage, step: steps.Forward) -> None:
    """Shift+F6: whose matter it is and where it goes."""
    hands, desk = stage.hands, stage.place.desk
    values = dict(step.fields)
    hands.press(Qt.Key.Key_F6, SHIFT)
    for key in ("organ", "place", "phone"):
        hands.at(f"forward_{key}")
        hands.retype(values[key])
        hands.press(Qt.Key.Key_Return)
    hands.wait(
        "forwarding",
        lambda: desk.fresh and desk.now.draft is not None and desk.now.draft.forwarding,
    )


def resume(stage: Stage, step: steps.Resume) -> None:
    """My cases: find the case, F4; the intake goes on where it was left."""
    hands, desk = stage.hands, stage.place.desk
    find_case(stage, step.matter)
    hands.press(Qt.Key.Key_F4)
    case_id = stage.played[step.matter].case_id
    hands.wait(
        "resumed",
        lambda: desk.fresh and desk.now.draft is not None and desk.now.draft.case_id == case_id,
    )


# Acts


def to_review(stage: Stage, act: Act) -> None:
    """The act's own key leads to the review step first, wherever the keyboard is."""
    hands = stage.hands
    _, key, control = KEYS[act]
    hands.wait("review", lambda: stage.place.desk.fresh and not stage.place.desk.busy)
    if hands.focus() != "review_panel":
        hands.press_legal(key, CONTROL if control else NONE)
        hands.at("review_panel")


def press(stage: Stage, act: Act) -> None:
    """Press the act's key as slowly as a hand does."""
    _, key, control = KEYS[act]
    stage.hands.press_legal(key, CONTROL if control else NONE)


def do(stage: Stage, step: steps.Do) -> None:
    """Do what has legal effect; some acts ask for more first."""
    hands = stage.hands
    to_review(stage, step.act)
    if step.act is Act.ACCEPT_CONDITIONALLY:
        press(stage, step.act)
        hands.at("consent")
        hands.choose(stage.place.work.path.consent.agreed, "yes")
        hands.press(Qt.Key.Key_Return)
        hands.at("confirm_accept_conditionally")
    elif step.reason:
        press(stage, step.act)
        hands.at("repeat_reason")
        hands.type(step.reason)
        hands.press(Qt.Key.Key_Return)
        hands.at("confirm_notify_correction")
    save(stage, step.matter, step.act, step.expected, offline=step.offline)


def decline(stage: Stage, step: steps.Decline) -> None:
    """Fill the panel; the supervisor gives name and password."""
    hands, place = stage.hands, stage.place
    to_review(stage, Act.DECLINE)
    press(stage, Act.DECLINE)
    hands.at("decline_kind")
    hands.choose(place.work.path.decline.kind, step.kind)
    hands.press(Qt.Key.Key_Return)
    for name, text in (
        ("decline_reason", step.reason),
        ("decline_basis", step.basis),
        ("decline_go_to", step.go_to[0]),
        ("decline_go_to_address", step.go_to[1]),
        ("decline_go_to_phone", step.go_to[2]),
        ("decline_second_name", people.SUPERVISOR.login),
        ("decline_second_password", people.SUPERVISOR.password),
    ):
        hands.at(name)
        hands.retype(text)
        if name == "decline_second_password":
            stage.shoot("14-decline")
        hands.press(Qt.Key.Key_Return)
    hands.at("confirm_decline")
    hands.wait("review", lambda: place.desk.fresh)
    save(stage, step.matter, Act.DECLINE, CaseState.NOT_ACCEPTED, offline=step.offline)


def save(
    stage: Stage, matter: str, act: Act, expected: CaseState, *, offline: bool = False
) -> None:
    """Press the act's key and take down what the program says it has saved."""
    desk = stage.place.desk
    saved: list[Saved] = []

    def take(answer: Saved, _: str) -> None:
        saved.append(answer)

    desk.saved.connect(take)
    try:
        press(stage, act)
        stage.hands.wait(act.value, lambda: saved)
    finally:
        desk.saved.disconnect(take)
    stage.saved(matter, saved[0], expected, offline)
    # The list of this visit's matters follows by itself.
    stage.hands.wait("visit", lambda: desk.now.cases)


STEPS: Steps = {
    steps.Find: find,
    steps.FindEvent: find_event,
    steps.Answer: answer,
    steps.HandIn: hand_in,
    steps.FindFault: find_fault,
    steps.Fill: fill,
    steps.Forward: forward,
    steps.Resume: resume,
    steps.Do: do,
    steps.Decline: decline,
}
