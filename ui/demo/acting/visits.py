"""Signing in, visitors who come, wait, come back and leave, and what they say of the service."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt

from terminal.dev import people
from terminal.dev.scenes import steps
from terminal.domain.parties import PartyKind
from ui.demo.stage import Stage, Steps
from ui.window.party_form import PartyForm
from ui.window.power_form import RIGHTS

SHIFT = Qt.KeyboardModifier.ShiftModifier


def sign_in(stage: Stage, step: steps.SignIn) -> None:
    """Sign in by keys; whoever is there signs out by the button with the own name."""
    hands, app, account = stage.hands, stage.app, people.account(step.account)
    hands.wait("core", lambda: app.bridge.ctx is not None)
    app.window.activateWindow()
    place = app.window.workplace
    if place is not None:
        if place.session.name == account.name:
            return
        hands.touch(place.top.clerk)
        hands.wait("signed out", lambda: app.window.workplace is None)
    hands.at("sign_in_login")
    hands.retype(account.login)
    hands.press(Qt.Key.Key_Return)
    hands.at("sign_in_password")
    hands.type(account.password)
    hands.press(Qt.Key.Key_Return)
    hands.wait("workplace", lambda: app.window.workplace is not None)
    if not stage.hall.cable.pulled and stage.hall.hub.running:
        hands.wait("hub", lambda: stage.ctx.hub_state().connected)
    devices = stage.ctx.devices
    assert devices is not None
    hands.wait("devices", lambda: all(view.usable for view in devices.snapshot()))


# Who comes


def greet(stage: Stage, step: steps.Greet) -> None:
    """A visitor comes: card, scanned number or typed; then whom they stand for."""
    person, hands, desk = people.person(step.person), stage.hands, stage.place.desk
    hands.wait("free desk", lambda: desk.now.empty and not desk.busy)
    hands.at("visitor_name")
    if step.by is steps.By.CARD:
        reader = stage.hall.devices.reader
        reader.put_card(person.card())
        _known(stage, person)
        reader.take_card()
        if step.stands_for is None:
            return
        hands.press(Qt.Key.Key_F2)
        while hands.focus() != "visitor_capacity":
            hands.enter()
    elif step.by is steps.By.SCANNER:
        stage.hall.devices.scanner.scan(person.number)
        hands.wait("scanned number", lambda: stage.place.work.visitor.form.number.text())
        hands.after_code()
        _type_visitor(stage, person, number=False)
    else:
        _type_visitor(stage, person, number=True)
    if step.stands_for is None:
        hands.press(Qt.Key.Key_Return)
    else:
        _type_other(stage, step.stands_for)
    _known(stage, person)


def _known(stage: Stage, person: people.SamplePerson) -> None:
    """Wait until the desk knows who is here; the keyboard is in the search then."""
    desk = stage.place.desk
    stage.hands.wait(
        "visitor", lambda: desk.now.visitor is not None and desk.now.visitor.name == person.name
    )
    stage.hands.at("search_edit")


def _type_visitor(stage: Stage, person: people.SamplePerson, *, number: bool) -> None:
    hands = stage.hands
    hands.at("visitor_name")
    hands.type(person.name)
    hands.press(Qt.Key.Key_Return)
    hands.at("visitor_number")
    if number:
        hands.type(person.number)
    hands.press(Qt.Key.Key_Return)
    hands.at("visitor_phone")
    if not stage.place.work.visitor.form.phone.text():
        hands.type(person.phone)
    hands.press(Qt.Key.Key_Return)
    hands.at("visitor_capacity")


def next_applicant(stage: Stage, step: steps.NextApplicant) -> None:
    """Shift+F3: agent, power and item stay, the applicant is somebody else."""
    hands, desk = stage.hands, stage.place.desk
    item = desk.now.item_code
    hands.press(Qt.Key.Key_F3, SHIFT)
    _type_party(stage, stage.place.work.visitor.applicant, step.applicant)
    while hands.focus().startswith("power_"):
        hands.enter()
    hands.wait("item", lambda: desk.item is not None and desk.item.code == item)


def _type_other(stage: Stage, other: steps.ForAnother) -> None:
    hands, panel = stage.hands, stage.place.work.visitor
    hands.choose(panel.capacity, other.capacity)
    hands.press(Qt.Key.Key_Return)
    _type_party(stage, panel.applicant, other.applicant)
    if hands.focus() == "power_valid_until":
        for text in (other.valid_until, other.items):
            hands.type(text)
            hands.enter()
        for right in other.rights:
            hands.press(Qt.Key(Qt.Key.Key_1 + RIGHTS.index(right)))
        hands.press(Qt.Key.Key_Return)
    elif hands.focus() == "guardian_consent":
        hands.press(Qt.Key.Key_Space)
        hands.press(Qt.Key.Key_Return)


def _type_party(stage: Stage, form: PartyForm, key: str) -> None:
    """Type a person or an organisation into the fields that are open for the applicant."""
    hands = stage.hands
    texts, kind = _described(key)
    hands.wait("applicant", lambda: hands.focus().startswith("applicant_"))
    if not form.kind_choice.isHidden() and form.kind() is not kind:
        form.kind_choice.setFocus()
        hands.choose(form.kind_choice, kind.value)
        hands.press(Qt.Key.Key_Return)
    hands.at("applicant_name")
    while (name := hands.focus()).startswith("applicant_"):
        wanted = texts.get(name.removeprefix("applicant_"), "")
        if form.fields[name.removeprefix("applicant_")].text() != wanted:
            hands.retype(wanted)
        hands.enter()


def _described(key: str) -> tuple[dict[str, str], PartyKind]:
    """Return what is typed of a person or an organisation, by the names of the fields."""
    if any(one.key == key for one in people.ORGANISATIONS):
        found = people.organisation(key)
        return (
            {"name": found.name, "credit_code": found.number,
             "legal_representative": found.legal_representative},
            PartyKind.ORGANISATION,
        )  # fmt: skip
    person = people.person(key)
    return (
        {"name": person.name, "number": person.number, "phone": person.phone}, PartyKind.PERSON
    )  # fmt: skip


def park(stage: Stage, _: steps.Park) -> None:
    """F10: the visitor waits."""
    desk = stage.place.desk
    before = len(desk.parked)
    stage.hands.press(Qt.Key.Key_F10)
    stage.hands.wait("parked", lambda: len(desk.parked) == before + 1 and desk.now.empty)


def take_up(stage: Stage, step: steps.TakeUp) -> None:
    """F10 on a free desk: the visitor who waited last."""
    desk, name = stage.place.desk, people.person(step.person).name
    # After a power cut the visits come back from the disk a moment after the sign-in.
    stage.hands.wait("somebody waits", lambda: desk.parked)
    stage.hands.press(Qt.Key.Key_F10)
    stage.hands.wait(
        "taken up", lambda: desk.now.visitor is not None and desk.now.visitor.name == name
    )


# Who leaves


def end_visit(stage: Stage, step: steps.EndVisit) -> None:
    """F11; the citizen's screen invites whoever is there."""
    desk = stage.place.desk
    stage.hands.press(Qt.Key.Key_F11)
    stage.hands.wait("visit ended", lambda: desk.now.empty and not desk.busy)
    stage.hands.wait("invitation", lambda: bool(stage.citizen.visit_id) is step.invited)


def rate(stage: Stage, step: steps.Rate) -> None:
    """Touch a grade and its reasons, and submit."""
    page, hands = stage.citizen.rating, stage.hands
    hands.touch(page.grades[step.grade])
    for code in step.reasons:
        hands.wait(code, partial(page.reasons.__contains__, code))
        hands.touch(page.reasons[code])
    stage.shoot(f"citizen-rated-{step.grade}", "citizen")
    hands.touch(page.send)
    _rated(stage)


def press_pad(stage: Stage, step: steps.PressPad) -> None:
    """Press a key of the pad."""
    stage.hall.devices.pad.press(step.grade)
    _rated(stage)


def _rated(stage: Stage) -> None:
    stage.ratings += 1
    stage.hands.wait("rated", lambda: not stage.citizen.visit_id)


def skip(stage: Stage, _: steps.Skip) -> None:
    """Leave the invitation."""
    stage.hands.touch(stage.citizen.rating.skip)
    stage.hands.wait("skipped", lambda: not stage.citizen.visit_id)


STEPS: Steps = {
    steps.SignIn: sign_in,
    steps.Greet: greet,
    steps.NextApplicant: next_applicant,
    steps.Park: park,
    steps.TakeUp: take_up,
    steps.EndVisit: end_visit,
    steps.Rate: rate,
    steps.PressPad: press_pad,
    steps.Skip: skip,
}
