"""Phone list (断网应急电话告知单): whom to call, until when, and what to tell them.

It is for the office and no document of a case: names are masked, phones are whole, for they
are what it is made for; the head says what may not be done with it.
"""

from __future__ import annotations

import datetime as dt

from terminal.documents import dates
from terminal.documents.layout import (
    Align,
    AnyNode,
    Column,
    Heading,
    Layout,
    Paper,
    Size,
    Space,
    Table,
    Text,
)
from terminal.documents.templates import common
from terminal.documents.views import View
from terminal.documents.wording import Wording

_SHARES = (0.1, 0.22, 0.21, 0.33, 0.14)


class PhoneLine(View, frozen=True, kw_only=True):
    """One case: `applicant` comes masked; `materials` are what must be corrected.

    `act` is `answer`, `correct`, `forward`, `decide` or `deliver`; `silence` says that no
    answer accepts the case.
    """

    receipt_number: str
    item: str
    applicant: str
    phone: str
    due: str
    act: str
    materials: tuple[str, ...] = ()
    silence: bool = False


class PhoneListView(View, frozen=True, kw_only=True):
    """The list as it was at `made_at` (ISO); `more` counts cases that had no room."""

    hall: str
    window: str
    clerk: str
    made_at: str
    lines: tuple[PhoneLine, ...] = ()
    more: int = 0


def phone_list(view: PhoneListView, wording: Wording) -> Layout:
    """Return the layout of the phone list: A4, sorted as the view is."""
    title = wording.plain("phone_list.title")
    count = wording(
        "phone_list.count",
        count=len(view.lines),
        at=dates.short_minute(view.made_at),
        clerk=view.clerk,
    )
    nodes: list[AnyNode] = [
        Heading(organ=view.hall, title=title),
        Text(text=wording.plain("phone_list.warning"), bold=True, align=Align.CENTRE),
        Space(height=2),
        Text(text=count),
    ]
    if view.more:
        nodes.append(Text(text=wording("phone_list.more", more=view.more), bold=True))
    nodes.append(Text(text=wording.plain("phone_list.explain"), size=Size.SMALL))
    nodes.append(Space(height=2))
    if view.lines:
        today = dates.parse_day(view.made_at)
        rows = tuple(_row(line, today, wording) for line in view.lines)
        nodes.append(Table(columns=_columns(wording), rows=rows))
    else:
        nodes.append(common.paragraph(wording.plain("phone_list.empty")))
    place = wording("labels.hall_window", hall=view.hall, window=view.window)
    return Layout(
        paper=Paper.A4,
        title=title,
        subject=title,
        author=view.hall,
        language=wording.language,
        nodes=tuple(nodes),
        footer=(place, wording.plain("phone_list.foot")),
        page_label=wording.plain("common.page"),
    )


def _columns(wording: Wording) -> tuple[Column, ...]:
    names = ("due", "number", "applicant", "owed", "call")
    return tuple(
        Column(wording.plain(f"phone_list.column_{name}"), share)
        for name, share in zip(names, _SHARES, strict=True)
    )


def _row(line: PhoneLine, today: dt.date, wording: Wording) -> tuple[str, ...]:
    day = dates.parse_day(line.due)
    weekday = dates.weekday(line.due, wording)
    due = wording("phone_list.due", month=day.month, day=day.day, weekday=weekday)
    if day < today:
        due = wording("phone_list.late", due=due)
    owed = wording(
        f"phone_list.{line.act}", item=line.item, materials=common.joined(line.materials, wording)
    )
    if line.silence and day >= today:
        owed = wording("phone_list.silence", owed=owed)
    phone = line.phone or wording.plain("phone_list.no_phone")
    return (due, common.grouped(line.receipt_number), f"{line.applicant} {phone}", owed, "")
