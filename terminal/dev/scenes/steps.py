"""What people do in a scene, step by step; nothing here knows of widgets or of pages.

`matter` names a case of the scene; `person`, `organisation` and `account` are keys of
`terminal.dev.people`, `item` and `material` are codes of the catalogue.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from terminal.dev.scenes.law_steps import LawStep
from terminal.domain.case import CaseState
from terminal.services.views import Act

Values = tuple[tuple[str, str], ...]
"""What is typed or chosen, by the name of the field; choices by the name of the option."""


class By(StrEnum):
    """How a visitor's identity comes into the machine."""

    CARD = "card"
    KEYBOARD = "keyboard"
    SCANNER = "scanner"


# Who is there


class SignIn(msgspec.Struct, frozen=True, tag=True):
    """Somebody of the hall signs in with login and password; whoever is there signs out."""

    account: str = "wangfang"


class ForAnother(msgspec.Struct, frozen=True):
    """Whom a visitor stands for, as what, and what the power of attorney says.

    `applicant` is a person's or an organisation's key; `rights` are those of the power that
    are ticked (`may_collect`, `may_commit`, `sub_delegation`).
    """

    applicant: str
    capacity: str = "AGENT"
    valid_until: str = ""
    items: str = ""
    rights: tuple[str, ...] = ()


class Greet(msgspec.Struct, frozen=True, tag=True):
    """A visitor comes to the desk."""

    person: str
    by: By = By.CARD
    stands_for: ForAnother | None = None


class NextApplicant(msgspec.Struct, frozen=True, tag=True):
    """The same agent goes on with the same item for somebody else."""

    applicant: str


class Park(msgspec.Struct, frozen=True, tag=True):
    """The visitor waits with everything that was typed; the desk is free."""


class TakeUp(msgspec.Struct, frozen=True, tag=True):
    """The visitor who waited last comes back to the desk; `person` says who that must be."""

    person: str


# The matter


class Find(msgspec.Struct, frozen=True, tag=True):
    """The clerk types a few letters and takes the item from the results."""

    typed: str
    item: str


class FindEvent(msgspec.Struct, frozen=True, tag=True):
    """The clerk types a few letters and takes a life event (one matter) from the results."""

    typed: str
    event: str


class Answer(msgspec.Struct, frozen=True, tag=True):
    """A question of the situation is answered by the digit of its option."""

    question: str
    option: str


class How(StrEnum):
    """How a material is settled at its row."""

    PAPER = "paper"
    COMMITMENT = "commitment"
    LATER = "later"


class HandIn(msgspec.Struct, frozen=True, tag=True):
    """These materials are there and in order, or settled otherwise; the others stay open."""

    materials: tuple[str, ...]
    how: How = How.PAPER


class FindFault(msgspec.Struct, frozen=True, tag=True):
    """A material is there but not as it must be: the clerk writes what is wrong."""

    material: str
    words: str


class Fill(msgspec.Struct, frozen=True, tag=True):
    """The form: text by field, a choice by its label; what is known already is left alone."""

    fields: Values


class Forward(msgspec.Struct, frozen=True, tag=True):
    """The matter is received for another place (代收): organ, address, phone as asked for."""

    fields: Values


class Resume(msgspec.Struct, frozen=True, tag=True):
    """The applicant of a matter comes again: the clerk takes it up from my cases."""

    matter: str


# What has legal effect


class Do(msgspec.Struct, frozen=True, tag=True):
    """An act with legal effect, by its own key, on the matter that is open.

    A conditional acceptance is agreed to by the applicant first; `reason` is asked for by a
    second correction notice.
    """

    matter: str
    act: Act
    expected: CaseState
    offline: bool = False
    reason: str = ""


class Decline(msgspec.Struct, frozen=True, tag=True):
    """The matter is not accepted; the supervisor confirms it as the second person.

    `go_to` names the organ that is competent, its address and its phone.
    """

    matter: str
    kind: str
    reason: str
    basis: str
    go_to: tuple[str, str, str] = ("", "", "")
    offline: bool = False


class EnterLate(msgspec.Struct, frozen=True, tag=True):
    """A handwritten receipt is entered: which of the blanks, when it was written, its scan.

    `written` is the time (`HH:MM`) of the day on which the power went; the supervisor is the
    second person.
    """

    matter: str
    blank: int
    written: str
    expected: CaseState = CaseState.RECEIVED
    offline: bool = False


class Handle(msgspec.Struct, frozen=True, tag=True):
    """An act of the case page, by its key: `deliver`, `decide`, `withdraw`, `hand_over`, …

    `values` by the part's name; `signed` says that the citizen signs on the own screen.
    `card` is the person whose card is put on the reader.
    """

    matter: str
    act: str
    expected: CaseState
    values: Values = ()
    signed: bool = False
    card: str = ""


class Department(msgspec.Struct, frozen=True, tag=True):
    """A department acts on a matter at the hub's desk, and the window hears of it.

    `act` is the form's name there (`claim`, `take_over`, `decision`, `ready`, `suspend`, …).
    """

    matter: str
    account: str
    act: str
    expected: CaseState
    values: Values = ()


class ReviewRefusal(msgspec.Struct, frozen=True, tag=True):
    """The legal department reviews the filed "no" of a matter."""

    matter: str
    account: str
    values: Values


# The visit's end


class EndVisit(msgspec.Struct, frozen=True, tag=True):
    """F11; the citizen's screen invites to rate, unless nobody is there to be invited."""

    invited: bool = True


class Rate(msgspec.Struct, frozen=True, tag=True):
    """The visitor touches a grade and reasons on the citizen's screen and submits."""

    grade: int
    reasons: tuple[str, ...] = ()


class Skip(msgspec.Struct, frozen=True, tag=True):
    """The visitor does not want to rate."""


class PressPad(msgspec.Struct, frozen=True, tag=True):
    """The visitor presses a key of the rating pad."""

    grade: int


# Time, network, power, paper


class Pass(msgspec.Struct, frozen=True, tag=True):
    """Time goes by: working days to come, then to `at` of that day (or minutes alone)."""

    working_days: int = 0
    days: int = 0
    minutes: int = 0
    at: str = ""


class StopHub(msgspec.Struct, frozen=True, tag=True):
    """The hub's process ends; the terminal goes on alone."""


class StartHub(msgspec.Struct, frozen=True, tag=True):
    """The hub comes back at the same address; everything that waits arrives."""


class PullCable(msgspec.Struct, frozen=True, tag=True):
    """The network cable is pulled; the hub goes on without this terminal."""


class PlugIn(msgspec.Struct, frozen=True, tag=True):
    """The cable is back; everything that waits arrives."""


class PrintBlanks(msgspec.Struct, frozen=True, tag=True):
    """Receipts to be written by hand are printed ahead; later steps count them from 0."""

    count: int


class BeginLate(msgspec.Struct, frozen=True, tag=True):
    """The clerk turns to the next handwritten receipt: who comes now was here before."""


class PowerCut(msgspec.Struct, frozen=True, tag=True):
    """The terminal dies between two keys; what lies on its disk then is all that is left."""


class SwitchOn(msgspec.Struct, frozen=True, tag=True):
    """The terminal starts again from what the power cut has left on its disk."""


class TakePaper(msgspec.Struct, frozen=True, tag=True):
    """The roll of the receipt printer is taken out."""


class PutPaper(msgspec.Struct, frozen=True, tag=True):
    """A new roll is put in; what waits is printed by itself."""


# Looking


class OpenPage(msgspec.Struct, frozen=True, tag=True):
    """The clerk opens another page by its number."""

    page: str


class Turn(msgspec.Struct, frozen=True, tag=True):
    """My cases: the clerk turns to another tab with the arrow keys."""

    tab: str


class Shoot(msgspec.Struct, frozen=True, tag=True):
    """A picture of a screen: the clerk's window or the citizen's."""

    name: str
    screen: str = "window"


class Until(msgspec.Struct, frozen=True):
    """A date of the case: so many working days after the day of one of its moments.

    `date` and `since` are fields of the case (`decide_by`, `accepted_at`); None working days:
    the case has no such date. `days` counts calendar days instead.
    """

    date: str
    working_days: int | None = None
    since: str = "received_at"
    days: int | None = None


class Says(msgspec.Struct, frozen=True):
    """Words that a paper carries, or must not: `{name}` stands for a field of the case."""

    kind: str
    words: tuple[str, ...]
    never: tuple[str, ...] = ()


class Expect(msgspec.Struct, frozen=True, tag=True):
    """What must be true of a matter now; whatever is not is told at the scene's end.

    `papers` are the kinds of everything issued so far: each must have come out of its printer
    and bear its number. `life` are the kinds of the case's history, in order.
    None leaves a part unjudged.
    """

    matter: str
    state: CaseState
    papers: tuple[str, ...] | None = None
    life: tuple[str, ...] | None = None
    until: tuple[Until, ...] = ()
    says: tuple[Says, ...] = ()
    fields: Values = ()


Step = (
    SignIn | Greet | NextApplicant | Park | TakeUp | Find | FindEvent | Answer | HandIn
    | FindFault | Fill | Forward | Resume | Do | Decline | EnterLate | Handle | Department
    | ReviewRefusal | EndVisit | Rate | Skip | PressPad | Pass | StopHub | StartHub | PullCable
    | PlugIn | PrintBlanks | BeginLate | PowerCut | SwitchOn | TakePaper | PutPaper | OpenPage
    | Turn | Shoot | Expect | LawStep
)  # fmt: skip


class Scene(msgspec.Struct, frozen=True):
    """A name, what it is called in both languages, and its steps."""

    name: str
    chinese: str
    english: str
    steps: tuple[Step, ...]
