"""Steps that show the law: what is refused and why, and what others see of a matter.

They stand beside those of `steps.py`; `matter` and `account` mean the same there.
"""

from __future__ import annotations

import msgspec

from terminal.domain.case import CaseState
from terminal.services.views import Act

Words = tuple[str, ...]


# One matter of several departments


class Choose(msgspec.Struct, frozen=True, tag=True):
    """A question of the one form, and the answer, both by a part of their words."""

    question: str
    option: str


class LayDown(msgspec.Struct, frozen=True, tag=True):
    """Every paper of the one list is there, on paper and in order."""


class FillIn(msgspec.Struct, frozen=True, tag=True):
    """The one form: text by the label of its field; what is known already is left alone."""

    fields: tuple[tuple[str, str], ...]


class DoEvent(msgspec.Struct, frozen=True, tag=True):
    """An act with legal effect on the whole matter; `parts` name its cases in their order."""

    matter: str
    act: Act
    parts: tuple[tuple[str, CaseState], ...]


class HandOut(msgspec.Struct, frozen=True, tag=True):
    """The result desk hands several results to one person, who signs once.

    `card` is whose card is read; the first matter's page is the one that is open.
    """

    matters: tuple[str, ...]
    card: str


# What is not allowed


class Tried(msgspec.Struct, frozen=True, tag=True):
    """The clerk tries what is not allowed; the core refuses it and writes nothing.

    `doing` is `accept`, `correct`, `decline`, `decide`, `fail_cure` or `make_ready`; `code`
    names the sentence that says why.
    """

    matter: str
    doing: str
    code: str


class TriedAtDesk(msgspec.Struct, frozen=True, tag=True):
    """Somebody at the hub's desk tries what is not allowed; the page says why in these words."""

    matter: str
    account: str
    act: str
    words: str
    values: tuple[tuple[str, str], ...] = ()


# What others see


class ScreenSays(msgspec.Struct, frozen=True, tag=True):
    """The clerk's window shows these words somewhere, and others nowhere."""

    words: Words
    never: Words = ()


class ProgressSays(msgspec.Struct, frozen=True, tag=True):
    """The citizen opens the code on the paper: the progress page says this, and not that."""

    matter: str
    words: Words
    never: Words = ()


class FridaySays(msgspec.Struct, frozen=True, tag=True):
    """A list of the supervisor's Friday page names a matter with these words, or does not."""

    listed: str
    matter: str
    words: Words = ()
    there: bool = True


class ReceiptSays(msgspec.Struct, frozen=True, tag=True):
    """The one receipt of a matter of several departments carries these words."""

    matter: str
    words: Words


class Numbered(msgspec.Struct, frozen=True, tag=True):
    """A paper has its number of the organ's own series: from a block, or from the hub by now."""

    matter: str
    kind: str
    begins: str


class DepartmentPaper(msgspec.Struct, frozen=True, tag=True):
    """A department opens its paper at the desk as PDF; it is kept to be read.

    `kind` is the record's, `case_decided` or `cure_failed`.
    """

    matter: str
    account: str
    kind: str


class Arrived(msgspec.Struct, frozen=True, tag=True):
    """The competent organ has said when it received the papers: today, at this time."""

    matter: str
    at: str


LawStep = (
    Choose | LayDown | FillIn | DoEvent | HandOut | Tried | TriedAtDesk | ScreenSays
    | ProgressSays | FridaySays | ReceiptSays | Numbered | DepartmentPaper | Arrived
)  # fmt: skip
