"""Forms of the desk as data: an act with its fields, which one template shows."""

from __future__ import annotations

import msgspec

SHORT, LINE, LONG = 80, 200, 2_000
"""Characters that the fields of the pages hold."""


class Choice(msgspec.Struct, frozen=True):
    """One of a field's choices; the mark stands beside the words."""

    value: str
    label: str
    icon: str = ""
    tone: str = ""


class Row(msgspec.Struct, frozen=True):
    """A material to tick, by its id; `words` asks for what is wrong with it."""

    id: str
    name: str
    note: str = ""
    ticked: bool = False
    words: bool = False
    said: str = ""


class Field(msgspec.Struct, frozen=True):
    """One field: `kind` is text, area, number, date, time, password, radio, select, things or
    materials, whose `rows` are ticked.
    """

    name: str
    kind: str
    label: str
    value: str = ""
    longest: int = LINE
    choices: tuple[Choice, ...] = ()
    rows: tuple[Row, ...] = ()


class Form(msgspec.Struct, frozen=True):
    """An act that is possible now; `key` names the form in the page, `action` its one act.

    `asks_first`: what it does depends on what is typed, so it is shown before it is sent.
    """

    act: str
    key: str
    title: str
    does: str
    submit: str
    fields: tuple[Field, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    asks_first: bool = False
    action: str = ""
