"""Hands at the hub's desk: what a department, its legal reviewer and the supervisor do there.

Everything goes through the desk's own pages, as a person with a browser would: the form that
the page shows is filled in and sent, and what the page says back is read.
"""

from __future__ import annotations

import html
import re
import uuid
from urllib.parse import urljoin

import msgspec

from terminal.dev.browser import Browser, Form, Page
from terminal.errors import NotAllowed, RuleRefused

_TAGS = re.compile(r"<[^>]+>")
_BLANKS = re.compile(r"\s+")
_ALERT = re.compile(r'role="alert">(.*?)</p>', re.DOTALL)
_STATUS = re.compile(r'role="status">(.*?)</p>', re.DOTALL)
_SECTION = re.compile(r'<section class="card scroll sheet" id="list-(\w+)">(.*?)</section>', re.S)
_ROW = re.compile(r"<tr>(<td.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)
_COUNT = re.compile(r'<b class="number[^"]*">(\d+)</b>')
_FILED = re.compile(r'<article class="filed" id="filed-([^"]+)">(.*?)</article>', re.DOTALL)
_TOKEN = re.compile(r'name="token" value="([0-9a-f]+)"')


class Answered(msgspec.Struct, frozen=True):
    """What a page said to a form: `problem` when it refused, else `done`.

    `consequence` is the sentence with the date that the page showed before it was confirmed.
    """

    page: Page
    done: str = ""
    problem: str = ""
    consequence: str = ""


class FridayList(msgspec.Struct, frozen=True):
    """A list of the Friday page: its count, and its rows as the words of their cells."""

    count: int
    rows: tuple[tuple[str, ...], ...]

    def row(self, receipt_number: str) -> tuple[str, ...]:
        """Return the row of a case; empty when the list does not name it."""
        return next((row for row in self.rows if row[0] == receipt_number), ())


class FiledRefusal(msgspec.Struct, frozen=True):
    """A filed refusal as the legal department's page shows it; `form` None once reviewed."""

    outcome_id: str
    words: str
    form: Form | None


def words_of(text: str) -> str:
    """Return what a piece of a page says, without its tags."""
    return _BLANKS.sub(" ", html.unescape(_TAGS.sub(" ", text))).strip()


class Seat:
    """One person at the desk, signed in; raises `NotAllowed` when the desk does not let in."""

    def __init__(self, desk_url: str, login: str, password: str) -> None:
        self.login = login
        self._url = desk_url
        self._browser = Browser()
        page = self._browser.get(desk_url)
        page = self._browser.submit(
            page, page.form("account", "password"), account=login, password=password
        )
        if "password" in {name for form in page.forms for name in form.fields}:
            raise NotAllowed("demo.desk_closed", login=login, sentence=_said(_ALERT, page))
        self.home = page

    # Looking

    def queue(self, tab: str = "") -> Page:
        """Open a tab of the queue; the first one without a name."""
        return self._open(f"/desk?tab={tab}" if tab else "/desk")

    def sees(self, case_id: str, tab: str = "") -> bool:
        """Say whether a tab of the queue names a case."""
        return any(case_id in link for link in self.queue(tab).links)

    def case(self, case_id: str) -> Page:
        """Open a case; another organ's is a page that was not found."""
        return self._open(f"/desk/cases/{case_id}")

    def offered(self, case_id: str) -> tuple[str, ...]:
        """Return the acts that the page of a case offers now."""
        found = (_act_of(form, case_id) for form in self.case(case_id).forms)
        return tuple(act for act in found if act)

    def paper(self, case_id: str, kind: str) -> bytes:
        """Return a paper of the department as PDF; raises `RuleRefused` when there is none."""
        url = urljoin(self._url, f"/desk/cases/{case_id}/papers/{kind}")
        status, data = self._browser.download(url)
        if status != 200:
            raise RuleRefused("demo.desk_refused", sentence=words_of(data.decode())[:200])
        return data

    # Doing

    def act(self, case_id: str, act: str, **fields: str) -> Answered:
        """Fill in the form of an act and send it; what it would do is read and confirmed.

        An act that the page does not offer is sent all the same, as somebody would who keeps
        an old page open: what the desk answers is in `problem`.
        """
        page = self.case(case_id)
        form = next((one for one in page.forms if _act_of(one, case_id) == act), None)
        if form is None:
            form = self._unoffered(page, case_id, act)
        page = self._browser.submit(page, form, **fields)
        consequence = ""
        again = next((one for one in page.forms if _act_of(one, case_id) == act), None)
        if again is not None and not _said(_ALERT, page) and 'id="confirm-' in page.text:
            consequence = _said(_STATUS, page)
            page = self._browser.submit(page, again, confirmed="1")
        return _answered(page, consequence)

    def must(self, case_id: str, act: str, **fields: str) -> Answered:
        """Do an act; raises `RuleRefused` with the desk's sentence when it is refused."""
        answered = self.act(case_id, act, **fields)
        if answered.problem:
            raise RuleRefused("demo.desk_refused", sentence=answered.problem)
        return answered

    def _unoffered(self, page: Page, case_id: str, act: str) -> Form:
        found = _TOKEN.search(page.text) or _TOKEN.search(self.home.text)
        token = found[1] if found else ""
        action = {"token": token, "action": str(uuid.uuid4())}
        return Form(f"/desk/cases/{case_id}/{act}", "POST", action)

    # The legal department

    def refusals(self, tab: str = "filed") -> tuple[FiledRefusal, ...]:
        """Return the filed refusals of a tab."""
        page = self._open(f"/desk/refusals?tab={tab}")
        forms = {_path(form).rpartition("/")[2]: form for form in page.forms}
        return tuple(
            FiledRefusal(outcome_id, words_of(text), forms.get(outcome_id))
            for outcome_id, text in _FILED.findall(page.text)
        )

    def review_refusal(self, receipt_number: str, upheld: bool, opinion: str) -> Answered:
        """Record an opinion about the filed refusal of a case (否定事项复核)."""
        page = self._open("/desk/refusals")
        filed = next((one for one in self.refusals() if receipt_number in one.words), None)
        if filed is None or filed.form is None:
            raise RuleRefused("demo.desk_refused", sentence=words_of(page.text)[:200])
        answer = "yes" if upheld else "no"
        sent = self._browser.submit(page, filed.form, upheld=answer, opinion=opinion)
        return _answered(sent)

    # The supervisor

    def friday(self) -> dict[str, FridayList]:
        """Return the lists of the Friday page by name; raises `NotAllowed` for anybody else."""
        page = self._open("/desk/friday")
        if page.status != 200:
            raise NotAllowed("demo.desk_refused", sentence=words_of(page.text)[:200])
        return {name: _list(text) for name, text in _SECTION.findall(page.text)}

    def _open(self, path: str) -> Page:
        return self._browser.get(urljoin(self._url, path))


def _act_of(form: Form, case_id: str) -> str:
    """Return the act that a form is for; empty when it is not one of the case."""
    before, _, act = _path(form).rpartition("/")
    return act if before.endswith(f"/cases/{case_id}") else ""


def _path(form: Form) -> str:
    """Return where a form goes, without query and place."""
    return re.split("[?#]", form.action)[0]


def _answered(page: Page, consequence: str = "") -> Answered:
    problem = _said(_ALERT, page)
    if not problem and page.status >= 400:
        problem = words_of(page.text)
    done = "" if problem else _said(_STATUS, page)
    return Answered(page, done, problem, consequence)


def _said(pattern: re.Pattern[str], page: Page) -> str:
    found = pattern.search(page.text)
    return words_of(found[1]) if found else ""


def _list(text: str) -> FridayList:
    found = _COUNT.search(text)
    rows = tuple(tuple(words_of(cell) for cell in _CELL.findall(row)) for row in _ROW.findall(text))
    return FridayList(int(found[1]) if found else 0, rows)
