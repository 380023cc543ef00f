"""`check`: deadlines, identity numbers, credit codes and receipt numbers, one or many.

    check deadline FROM N [--unit W|N|H]      check identity NUMBER…
    check credit-code CODE…                   check receipt-number NUMBER…

Without values the lines of stdin are checked, a JSON line answered to each, blank lines too;
a line of `deadline` is `FROM N [UNIT]`. Exit status 0: all valid, 1: one was refused, 2: usage.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from io import TextIOBase
from typing import Any

import msgspec

from terminal import clock
from terminal.cli.base import Console, Exit
from terminal.domain import credit_code, deadlines, identity, numbers
from terminal.domain.calendar import ONE_DAY, DueDate, WorkingDayCalendar, load_calendar
from terminal.domain.catalogue import TimeUnit
from terminal.domain.checks import Check, is_control
from terminal.errors import InvalidInput, TerminalError
from terminal.texts import Texts


class Answer(msgspec.Struct, frozen=True):
    """What is said of one input: the sentence for a person, what was read for a program.

    `refusal` is None when the input is valid; `notes` are sentences worth a second look.
    """

    refusal: TerminalError | None
    sentence: str
    read: Mapping[str, object]
    notes: tuple[str, ...] = ()


Look = Callable[[str, dt.date, Texts], Answer]


def run(args: argparse.Namespace, console: Console) -> int:
    """Check the values, or every line of stdin, and return the exit status."""
    today = clock.today(clock.SystemClock())
    look = _look_of(args.action, getattr(args, "unit", "W"))
    values: list[str] = args.values
    if not values:
        return _answer_lines(look, today, console)
    if args.action == "deadline":
        if len(values) not in (2, 3):
            console.note("check.usage_deadline")
            return Exit.USAGE
        values = [" ".join(values)]
    status = Exit.DONE
    for value in values:
        answer = look(value, today, console.texts)
        if console.json:
            console.emit(_as_json(answer, console.texts))
        elif answer.refusal is None:
            console.line(answer.sentence)
            for note in answer.notes:
                console.note("check.note", note=note)
        else:
            console.refuse(answer.refusal)
        if answer.refusal is not None:
            status = Exit.REFUSED
    return status


def _look_of(action: str, unit: str) -> Look:
    if action == "deadline":
        calendar = load_calendar()
        return lambda text, today, texts: look_at_deadline(text, unit, today, calendar, texts)
    looks: dict[str, Look] = {
        "identity": look_at_identity,
        "credit-code": look_at_credit_code,
        "receipt-number": look_at_receipt_number,
    }
    return looks[action]


def _answer_lines(look: Look, today: dt.date, console: Console) -> int:
    status = Exit.DONE
    for line in _lines(sys.stdin):
        answer = look(line, today, console.texts)
        console.emit(_as_json(answer, console.texts))
        if answer.refusal is not None:
            status = Exit.REFUSED
    return status


def _lines(stream: Any) -> Iterator[str]:
    """Read lines as UTF-8 whatever the locale; only a line feed ends one.

    A byte that is no UTF-8 becomes U+FFFD, which no number has, so the line is refused.
    """
    raw = getattr(stream, "buffer", None)
    lines = raw if raw is not None else (line.encode() for line in _text_lines(stream))
    for place, line in enumerate(lines):
        text = line.decode("utf-8", errors="replace").removesuffix("\n").removesuffix("\r")
        yield text.removeprefix("\ufeff") if place == 0 else text


def _text_lines(stream: TextIOBase) -> Iterator[str]:
    yield from stream.read().splitlines(keepends=True)


def _as_json(answer: Answer, texts: Texts) -> dict[str, object]:
    refusal = answer.refusal
    return {
        "valid": refusal is None,
        "code": refusal.code if refusal else "",
        "reason": refusal.sentence(texts) if refusal else "",
        **answer.read,
        "notes": list(answer.notes),
    }


def _refused(check: Check) -> Answer:
    assert check.problem is not None
    return Answer(check.problem.error(), "", {})


def look_at_identity(text: str, today: dt.date, texts: Texts) -> Answer:
    """Read an identity number; the answer repeats the number only when it is valid."""
    found = identity.check_identity_number(text, today=today)
    if not found.valid:
        return _refused(found)
    read = {
        "number": found.number,
        "kind": found.kind,
        "birth": found.birth,
        "age": found.age(today),
        "sex": found.sex,
        "region_code": found.region_code,
        "region": found.region,
        "nationality": found.nationality,
    }
    sentence = texts(
        "check.identity",
        number=found.number,
        kind=texts(f"identity.kind.{found.kind.value}"),
        birth=found.birth,
        sex=texts(f"identity.sex.{found.sex.value}") if found.sex else texts("check.not_said"),
        region=found.region or texts("check.not_said"),
    )
    return Answer(None, sentence, read, found.notes(texts))


def look_at_credit_code(text: str, today: dt.date, texts: Texts) -> Answer:
    """Read a unified social credit code or an organisation code."""
    found = credit_code.check_credit_code(text)
    if not found.valid:
        return _refused(found)
    key = f"credit.category.{found.category}"
    category = ""
    if found.category:
        category = texts(key if texts.has(key) else "credit.category.other")
    read = {
        "text": found.text,
        "kind": found.kind,
        "category": found.category,
        "category_name": category,
        "region_code": found.region_code,
        "region": found.region,
        "organisation": found.organisation,
    }
    sentence = texts(
        f"check.{found.kind.value}",
        text=found.text,
        category=category,
        region=found.region or texts("check.not_said"),
        organisation=found.organisation,
    )
    return Answer(None, sentence, read, found.notes(texts))


def look_at_receipt_number(text: str, today: dt.date, texts: Texts) -> Answer:
    """Read a receipt number, put right what people mistype and say so."""
    found = numbers.check_receipt_number(text)
    number = found.number
    if number is None:
        return _refused(found)
    read = {
        "number": str(number),
        "region": number.region,
        "terminal": number.terminal,
        "date": number.day,
        "tag": number.tag,
        "sequence": number.sequence,
    }
    sentence = texts(
        "check.receipt",
        number=number,
        region=number.region,
        terminal=number.terminal,
        date=number.day,
        sequence=number.sequence,
    )
    return Answer(None, sentence, read, found.notes(texts))


def look_at_deadline(
    text: str, unit: str, today: dt.date, calendar: WorkingDayCalendar, texts: Texts
) -> Answer:
    """Compute `FROM N [UNIT]`; `unit` holds where the text names none."""
    parts = text.split()
    try:
        if len(parts) not in (2, 3):
            raise InvalidInput("deadline.parts")
        start = _start(parts[0])
        count = _count(parts[1])
        period = _unit(parts[2] if len(parts) == 3 else unit)
        due = deadlines.add_period(start, count, period, calendar)
    except TerminalError as refusal:
        return Answer(refusal, "", {})
    latest = deadlines.say_latest(due, texts, today)
    read = {
        "from": parts[0],
        "count": count,
        "unit": period,
        "due": due.date,
        "moment": due.moment,
        "weekday": deadlines.weekday_name(due.date, texts),
        "provisional": due.provisional,
        "latest": latest,
    }
    # Whoever checks a date by hand wants its year, too: no day of ours is in the year 1.
    dated = deadlines.say_latest(due, texts, dt.date.min)
    sentence = texts(f"check.deadline.{period.value}", start=parts[0], count=count, latest=dated)
    return Answer(None, sentence, read, _deadline_notes(start, due, period, calendar, texts))


def _deadline_notes(
    start: dt.date, due: DueDate, unit: TimeUnit, calendar: WorkingDayCalendar, texts: Texts
) -> tuple[str, ...]:
    notes = []
    day = start.date() if isinstance(start, dt.datetime) else start
    if unit is TimeUnit.HOURS and not isinstance(start, dt.datetime):
        notes.append(texts("check.from_midnight"))
    if unit is TimeUnit.WORKING_DAYS and not calendar.is_working_day(day):
        first = deadlines.starts_counting_on(day, calendar)
        notes.append(texts("check.counts_from", day=day, first=first))
    if unit is TimeUnit.CALENDAR_DAYS and not calendar.is_working_day(due.date):
        following = calendar.next_working_day(due.date - ONE_DAY)
        notes.append(texts("check.ends_on_rest_day", day=due.date, following=following))
    return tuple(notes)


def _start(text: str) -> dt.date:
    pattern = "[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?)?"
    if re.fullmatch(pattern, text):
        try:
            if "T" in text:
                return dt.datetime.fromisoformat(text)
            return dt.date.fromisoformat(text)
        except ValueError:
            pass
    raise InvalidInput("deadline.from", text=_printable(text))


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text):
        raise InvalidInput("deadline.number", text=_printable(text))
    return int(text)


def _unit(text: str) -> TimeUnit:
    try:
        return TimeUnit(text.upper())
    except ValueError:
        raise InvalidInput("deadline.unit", text=_printable(text)) from None


def _printable(text: str) -> str:
    """Shorten what was typed and replace what cannot be seen, so it can stand in a sentence."""
    return "".join("\ufffd" if is_control(sign) else sign for sign in text[:40])
