"""The Friday page as a sheet: its lists in words, laid out on A4 with a line to sign on."""

from __future__ import annotations

import msgspec

from terminal.documents.layout import (
    AnyNode,
    Column,
    Heading,
    Layout,
    Paper,
    Signatures,
    Size,
    Space,
    Table,
    Text,
)
from terminal.documents.render import draw, page_label
from terminal.documents.templates.common import grouped
from terminal.texts import Texts

_SHARES = (0.19, 0.19, 0.2, 0.19, 0.23)
_HEADS = ("subject", "what", "where", "when", "why")


class Line(msgspec.Struct, frozen=True):
    """A row: what it is about, where, its date, and why it stands here; no person is named."""

    subject: str
    what: str
    where: str
    when: str
    why: str = ""
    marked: bool = False


class Section(msgspec.Struct, frozen=True):
    """A list with its count; `cut` when it shows fewer than there are."""

    key: str
    title: str
    count: int
    lines: tuple[Line, ...]
    cut: int = 0
    note: str = ""


class Sheet(msgspec.Struct, frozen=True):
    """The whole page in words: when it was made, of which week, and its lists."""

    made: str
    week: str
    sections: tuple[Section, ...]

    @property
    def open_count(self) -> int:
        """How many lists are not empty."""
        return sum(1 for one in self.sections if one.count)


def layout(sheet: Sheet, texts: Texts) -> Layout:
    """Return the layout: each list with its count, the empty ones in one line each."""

    def say(key: str, **data: object) -> str:
        return texts(f"friday.{key}", **data)

    count = sheet.open_count
    nodes: list[AnyNode] = [
        Heading(organ=sheet.week, title=say("title")),
        Text(text=say("made", moment=sheet.made), size=Size.SMALL),
        Text(text=say("some", count=count) if count else say("all_clear")),
    ]
    columns = tuple(
        Column(say(f"head_{name}"), share) for name, share in zip(_HEADS, _SHARES, strict=True)
    )
    for one in sheet.sections:
        nodes += [
            Space(height=3),
            Text(text=say("list_count", title=one.title, count=one.count), bold=True),
        ]
        if one.note:
            nodes.append(Text(text=one.note, size=Size.SMALL))
        if one.lines:
            nodes.append(
                Table(columns=columns, rows=tuple(_row(line, texts) for line in one.lines))
            )
        if one.cut:
            nodes.append(Text(text=say("cut", count=one.cut, total=one.count), size=Size.SMALL))
    nodes += [Space(height=4), Signatures(labels=(say("sign_name"), say("sign_day")))]
    return Layout(
        paper=Paper.A4,
        title=say("title"),
        subject=sheet.week,
        author=say("title"),
        language=texts.language,
        nodes=tuple(nodes),
        footer=(say("title"), sheet.week),
        page_label=page_label(texts.language),
    )


def _row(line: Line, texts: Texts) -> tuple[str, ...]:
    why = texts("friday.marked", why=line.why) if line.marked else line.why
    return grouped(line.subject), line.what, line.where, line.when, why


def render(sheet: Sheet, texts: Texts, format: str) -> bytes:
    """Return the sheet as `text` or `pdf`; raises `InvalidInput` for another format."""
    return draw(layout(sheet, texts), format)
