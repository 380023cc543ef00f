"""What is done on a case's page: one act after the other, each by its own form."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt

from terminal.dev import people
from terminal.dev.scenes import steps
from ui.demo.acting.looking import open_case
from ui.demo.stage import Stage, Steps
from ui.widgets.fields import Field
from ui.window.casework.acts import KEYS, CaseAct
from ui.window.casework.delivering import DeliverForm
from ui.window.casework.endings import WithdrawForm
from ui.window.casework.form import CaseForm
from ui.window.casework.parts import Part, Pick

CONTROL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier

MOST_PARTS = 40
"""More parts than any form has, lists gone through again included."""


def handle(stage: Stage, step: steps.Handle, also: tuple[str, ...] = ()) -> None:
    """Open the act's form by its key, fill it, have it signed, and do it by the same key.

    `also` are ids of other cases whose results go out in the same act.
    """
    hands, act = stage.hands, CaseAct(step.act)
    open_case(stage, step.matter)
    page = stage.place.cases.case
    before = stage.case(step.matter).head
    # A form that opens now would be one of the facts that the page shows.
    hands.wait("page", lambda: page.file is not None and page.file.case.head == before)
    # After an on-the-spot item was accepted its decision's form stands open by itself.
    hands.wait(step.act, lambda: _open_form(stage, act) or hands.focus() == "case_acts")
    if _open_form(stage, act) is None:
        hands.wait(step.act, lambda: any(r.objectName() == f"act_{act}" for r in page.acts.rows))
        _press(stage, act)
        hands.wait("form", lambda: _open_form(stage, act))
    form = _open_form(stage, act)
    assert form is not None
    if also:
        _tick(stage, form, also)
    if step.card:
        _read_card(stage, form, step.card)
    _fill(stage, form, step)
    if form.confirmed:
        hands.at(f"confirm_{act}")
        _press(stage, act)
    hands.wait("done", lambda: page.form() is None)
    hands.wait("saved", lambda: stage.case(step.matter).head != before or act is CaseAct.SIGN)
    stage.await_state(step.matter, step.expected)
    stage.shoot(f"case-{step.matter}-{step.act}")


def _open_form(stage: Stage, act: CaseAct) -> CaseForm | None:
    form = stage.place.cases.case.form()
    return form if form is not None and form.act is act else None


def _press(stage: Stage, act: CaseAct) -> None:
    key = KEYS[act]
    stage.hands.press_legal(key.key, CONTROL if key.control else NONE)


def _tick(stage: Stage, form: CaseForm, case_ids: tuple[str, ...]) -> None:
    """Tick the results of other cases in the list of what goes out."""
    hands = stage.hands
    assert isinstance(form, DeliverForm)
    hands.at(form.results.list.objectName())
    for case_id in case_ids:
        place = [tick.id for tick in form.results.ticks].index(case_id)
        while form.results.list.index != place:
            down = form.results.list.index < place
            hands.press(Qt.Key.Key_Down if down else Qt.Key.Key_Up)
        hands.press(Qt.Key.Key_Space)
        hands.wait(case_id, partial(_ticked, form, case_id))


def _ticked(form: DeliverForm, case_id: str) -> bool:
    return case_id in form.results.ticked()


def _read_card(stage: Stage, form: CaseForm, person: str) -> None:
    """A person's card is put on the reader: that is the check of the identity."""
    reader, number = stage.hall.devices.reader, people.person(person).number
    reader.put_card(people.person(person).card())
    assert isinstance(form, DeliverForm | WithdrawForm)
    stage.hands.wait("card", lambda: form.person.number.text() == number)
    reader.take_card()


def _fill(stage: Stage, form: CaseForm, step: steps.Handle) -> None:
    """Go through the parts by Enter; a list (出件) takes its lines until none is left."""
    hands, act = stage.hands, form.act.value
    left = list(step.values)
    for _ in range(MOST_PARTS):
        name = hands.focus()
        if name == f"confirm_{act}" or form.isHidden():
            return
        if step.signed and stage.place.signatures.request is not None:
            _sign(stage)
            hands.wait("signed", lambda: form.isHidden() or hands.focus() == f"confirm_{act}")
            return
        part = _part(form, name)
        if part is not None:
            _fill_part(stage, part, name.removeprefix(f"{act}_"), left)
        hands.press(Qt.Key.Key_Return)


def _part(form: CaseForm, name: str) -> Part | None:
    """Return the part of the form that has the keyboard."""
    for part, _ in form.parts:
        inner = part.edit if isinstance(part, Field) else part.focusProxy()
        if inner is not None and inner.objectName() == name:
            return part
    return None


def _fill_part(stage: Stage, part: Part, key: str, left: list[tuple[str, str]]) -> None:
    """Put the next value of this name into a part; without one it stays as it is."""
    value = next((value for name, value in left if name == key), None)
    if value is None:
        return
    left.remove((key, value))
    if isinstance(part, Field):
        if part.edit.text() != value:
            stage.hands.retype(value)
    elif isinstance(part, Pick):
        stage.hands.choose(part.choice, value)


def _sign(stage: Stage) -> None:
    """The citizen takes the screen, reads, writes the name and touches the button."""
    hands, citizen = stage.hands, stage.citizen
    hands.wait("signing", lambda: citizen.stack.currentWidget() is citizen.signing)
    if citizen.signing.currentWidget() is citizen.signing.hand_over:
        hands.touch(citizen.signing.hand_over.begin)
    page = citizen.signing.page
    hands.write(page.field)
    stage.shoot("citizen-signs", "citizen")
    hands.touch(page.done)


STEPS: Steps = {steps.Handle: handle}
