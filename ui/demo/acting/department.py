"""The departments: their staff at the hub's desk, in a browser, by HTTP."""

from __future__ import annotations

import re

from terminal.dev import people
from terminal.dev.browser import Browser, Page
from terminal.dev.scenes import steps
from terminal.errors import SyncError
from terminal.texts import Texts
from ui.demo.stage import ARRIVE_SECONDS, Stage, Steps


def department(stage: Stage, step: steps.Department) -> None:
    """Open the case at the desk, fill the act's form, send it, and hear of it at the window."""
    stage.await_arrival()
    case_id, before = stage.played[step.matter].case_id, stage.case(step.matter).head
    values = dict(step.values)

    def act() -> None:
        queue = entered(stage, step.account, "/desk")
        page = _look(stage, step.account, f"/desk/cases/{case_id}")
        done = _send(stage, step.account, page, f"/{step.act}", values)
        stage.desk_pages = {"hub-desk": queue, "hub-case": page, "hub-decided": done}

    stage.hands.during(act)
    stage.look_now()
    stage.hands.wait("heard", lambda: stage.case(step.matter).head != before, ARRIVE_SECONDS)
    stage.await_state(step.matter, step.expected)


def review_refusal(stage: Stage, step: steps.ReviewRefusal) -> None:
    """The legal department reads a filed "no" and says what it thinks of it."""
    stage.await_arrival()
    number = stage.case(step.matter).receipt_number

    def act() -> None:
        page = entered(stage, step.account, "/desk/refusals")
        form = _filed(page, number)
        done = stage.browsers[step.account].submit(page, page.forms[form], **dict(step.values))
        _judge(done)
        stage.desk_pages = {"hub-refusals": page, "hub-reviewed": done}

    stage.hands.during(act)


def entered(stage: Stage, login: str, path: str) -> Page:
    """Return a page of the desk for an account; it signs in first where it must."""
    account = people.desk_account(login)
    stage.browsers.setdefault(login, Browser())
    page = _look(stage, login, path)
    forms = [form for form in page.forms if {"account", "password"} <= form.fields.keys()]
    if not forms:
        return page
    page = stage.browsers[login].submit(
        page, forms[0], account=account.login, password=account.password
    )
    if any("password" in form.fields for form in page.forms):
        raise SyncError("demo.desk_closed", login=login, sentence=_sentence(page))
    return _look(stage, login, path)


def _look(stage: Stage, login: str, path: str) -> Page:
    ready = stage.hall.hub.ready
    assert ready is not None
    return stage.browsers[login].get(ready.desk_url.removesuffix("/desk") + path)


def _send(stage: Stage, login: str, page: Page, act: str, values: dict[str, str]) -> Page:
    """Fill the form of an act; one that shows its consequence first is sent once more."""
    browser = stage.browsers[login]
    for more in ({}, {"confirmed": "1"}):
        form = next((one for one in page.forms if _act_of(one.action) == act), None)
        if form is None:
            raise SyncError("demo.no_form", url=page.url)
        # A button counts only when it is pressed.
        fields = {name: text for name, text in form.fields.items() if name not in _BUTTONS}
        form.fields = fields
        page = browser.submit(page, form, **values, **more)
        if "done=" in page.url:
            return page
        if _alert(page):
            break
    raise SyncError("demo.desk_refused", sentence=_sentence(page))


_BUTTONS = ("again", "confirmed")


def _act_of(action: str) -> str:
    return "/" + action.split("#")[0].split("?")[0].rsplit("/", 1)[-1]


def _filed(page: Page, number: str) -> int:
    """Return which form of the refusals' page is that of a receipt number."""
    articles = page.text.split("<article ")[1:]
    before = len(page.forms) - sum("<form " in article for article in articles)
    for place, article in enumerate(one for one in articles if "<form " in one):
        if number in article:
            return before + place
    raise SyncError("demo.no_form", url=page.url)


def _judge(page: Page) -> None:
    if _alert(page):
        raise SyncError("demo.desk_refused", sentence=_sentence(page))


def _alert(page: Page) -> bool:
    return 'role="alert"' in page.text


def _sentence(page: Page) -> str:
    """Return what the page complains of, without its markup."""
    found = re.search(r'role="alert">(.*?)</p>', page.text, re.DOTALL)
    words = re.sub(r"<[^>]+>", " ", found[1]) if found else Texts()("demo.nothing.said")
    return " ".join(words.split())


STEPS: Steps = {steps.Department: department, steps.ReviewRefusal: review_refusal}
