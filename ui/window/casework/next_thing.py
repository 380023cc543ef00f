"""What comes next for a case in a list, so that one key opens it; and what is to know of it."""

from __future__ import annotations

from terminal.domain.case import CaseState
from terminal.services.casework.todo import Tab, TodoRow
from terminal.texts import Texts
from ui.window.casework.acts import CaseAct
from ui.window.dates import day_words, last_day_words

_BY_TAB: dict[Tab, tuple[CaseAct, ...]] = {
    Tab.TO_TELL: (CaseAct.TELL, CaseAct.SIGN),
    Tab.AWAITING_CORRECTION: (CaseAct.SUPPLEMENT,),
    Tab.DEFERRED: (CaseAct.BRING, CaseAct.CURE_FAILED),
    Tab.TO_MAKE_READY: (CaseAct.READY,),
    Tab.RETURNED: (CaseAct.REMIND,),
    Tab.TO_HAND_OUT: (CaseAct.DELIVER, CaseAct.RECEIVED),
    Tab.TO_FORWARD: (CaseAct.FORWARD, CaseAct.ARRIVED),
    Tab.IN_HAND: (CaseAct.HAND_OVER,),
}
"""The acts of each tab, the likely one first; the order of the tabs is that of their weight."""

_AT_THE_INTAKE = (CaseState.RECEIVED, CaseState.AWAITING_CORRECTION)


def next_acts(row: TodoRow, tab: str = "") -> tuple[CaseAct, ...]:
    """Return the acts that a row is likely opened for: those of the tab that is looked at first."""
    tabs = [one for one in _BY_TAB if one in row.tabs]
    tabs.sort(key=lambda one: one.value != tab)
    return tuple(dict.fromkeys(act for one in tabs for act in _BY_TAB[one]))


def goes_on_at_the_intake(row: TodoRow) -> bool:
    """Say whether the case is taken up again like a new one: what lacks comes, or is checked."""
    return (
        not row.case.wiped and row.case.state in _AT_THE_INTAKE and Tab.TO_FORWARD not in row.tabs
    )


def row_words(row: TodoRow, texts: Texts) -> str:
    """Say what the applicant is still to be told of, or what silence did to the case."""
    if not row.owed:
        return silence_words(row, texts)
    names = (texts(f"window.document.{one.kinds[0]}") for one in row.owed)
    return texts("casework.told.words", names=texts("window.list").join(names))


def silence_words(row: TodoRow, texts: Texts) -> str:
    """Say from when silence has accepted a case, why, and what is owed for it now."""
    silence = row.silence
    if silence is None:
        return ""
    said = [
        texts(
            "casework.silence.since",
            since=day_words(silence.since, texts), limit=last_day_words(silence.limit, texts),
        )
    ]  # fmt: skip
    if silence.offline:
        said.append(texts("casework.silence.offline"))
    said.append(texts("casework.silence.recorded" if silence.recorded else "casework.silence.owed"))
    return "".join(said)
