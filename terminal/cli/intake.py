"""`intake FILE.json --as LOGIN`: prepared applications, taken in as at the window."""

from __future__ import annotations

import json
import logging
from argparse import Namespace
from pathlib import Path

from terminal.cli.base import Console, Exit
from terminal.cli.workplace import SECOND_PASSWORD, password, workplace
from terminal.context import Context
from terminal.errors import InvalidInput, StoreError, TerminalError
from terminal.services import prepared
from terminal.services.views import Saved

logger = logging.getLogger(__name__)


def schema_text() -> str:
    """Return the JSON Schema as it stands in `docs/intake.schema.json`."""
    return json.dumps(prepared.schema(), ensure_ascii=False, indent=2) + "\n"


def run(args: Namespace, console: Console) -> int:
    """Take in each application by itself; 1 when one of them was refused."""
    if args.schema:
        console.stdout.write(schema_text())
        return Exit.DONE
    if args.file is None or not args.login:
        console.note("command.intake.usage")
        return Exit.USAGE
    path: Path = args.file
    applications = prepared.read_file(path)
    asked: dict[str, str] = {}

    def second_password(login: str) -> str:
        if login not in asked:
            asked[login] = password(console, login, SECOND_PASSWORD)
        return asked[login]

    status = Exit.DONE
    with workplace(args) as context:
        session = context.staff.sign_in(args.login, password(console, args.login))
        _look_for_hub(context)
        for place, application in enumerate(applications, 1):
            try:
                if isinstance(application, InvalidInput):
                    raise application
                saved = context.forwarding.take_in(
                    application, session, folder=path.parent, second_password=second_password
                )
            except TerminalError as refusal:
                _tell_refusal(refusal, place, len(applications), console)
                status = Exit.REFUSED
                if isinstance(refusal, StoreError):
                    # The next one would meet the same full or faulty disk.
                    break
            else:
                _tell(saved, place, console)
    return status


def _look_for_hub(context: Context) -> None:
    """Find out whether the hub answers, so that papers say rightly how they were made.

    Whatever goes wrong with the hub stops no work: the papers are those of a broken line.
    """
    if context.sync is None or context.enrolment.current() is None:
        return
    try:
        context.sync.once()
    except TerminalError as error:
        logger.info("made without the hub: %s", error.code)


def _tell(saved: Saved, place: int, console: Console) -> None:
    case = saved.case
    if console.json:
        documents = [{"kind": d.kind, "number": d.number} for d in saved.documents]
        console.emit(
            {
                "place": place,
                "receipt_number": case.receipt_number,
                "case_id": case.case_id,
                "state": case.state,
                "due": case.due,
                "provisional": case.provisional,
                "documents": documents,
                "record_ids": saved.record_ids,
                "offline": saved.offline,
                "repeated": saved.repeated,
            }
        )
        return
    texts = console.texts
    key = "command.intake.again" if saved.repeated else "command.intake.done"
    due = texts("command.intake.due", due=case.due) if case.due else texts("command.intake.no_due")
    console.say(
        key, number=case.receipt_number, state=texts(f"case.state.{case.state.value}"), due=due
    )


def _tell_refusal(refusal: TerminalError, place: int, count: int, console: Console) -> None:
    if count == 1:
        console.refuse(refusal)
        return
    if console.json:
        console.emit({"place": place, "error": console.describe(refusal)})
    sentence = refusal.sentence(console.texts)
    console.note("command.intake.refused", place=place, sentence=sentence)
