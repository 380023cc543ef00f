"""`document KIND NUMBER`: gives out a document again, exactly as it was issued.

`document blank --count 50` makes handwritten receipts ahead, `document one_time_notice CODE` an
item's guide, `document case_history NUMBER` all that happened to a case.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from terminal.cli.base import Console, Exit
from terminal.cli.workplace import workplace
from terminal.documents import render
from terminal.domain.aggregates import Document
from terminal.domain.numbers import check_receipt_number
from terminal.errors import InvalidInput, NotFound
from terminal.services.documents import DocumentsService

ALIASES = {"non-acceptance": "decline"}
SHEETS = ("blank", "one_time_notice", "case_history")
"""Papers that belong to no step of a case."""


def run(args: Namespace, console: Console) -> int:
    """Find the document by its own or its case's number, and write it out."""
    if args.kind in SHEETS:
        return _sheet(args, console)
    if not args.number:
        raise InvalidInput("command.document.number_missing")
    with workplace(args) as context:
        kind = ALIASES.get(args.kind, args.kind)
        document = find(context.documents, kind, args.number)
        data = context.documents.render(document, args.format)
    if args.out is not None:
        _write(args.out, data)
        console.result(
            {
                "kind": document.document_kind,
                "number": document.number,
                "format": args.format,
                "file": args.out,
                "bytes": len(data),
                "digest": document.digest,
            },
            "command.document.written",
            file=args.out,
        )
        return Exit.DONE
    if args.format == "text":
        console.stdout.write(data.decode())
    else:
        _to_stdout(data, args.format)
    return Exit.DONE


def _sheet(args: Namespace, console: Console) -> int:
    """Write out a paper that the journal does not keep; blanks take their numbers here."""
    with workplace(args) as context:
        sheets = context.sheets
        if args.kind == "blank":
            if args.out is None:
                raise InvalidInput("command.document.not_for_a_screen", format="pdf")
            views = sheets.blanks(args.count)
            number, data = f"{views[0].number} – {views[-1].number}", sheets.pdf_of_blanks(views)
        elif not args.number:
            raise InvalidInput("command.document.number_missing")
        else:
            view = sheets.one_time_notice(args.number) if args.kind == "one_time_notice" else None
            if view is None:
                found = context.todo.search(args.number, 1)
                if not found:
                    raise NotFound("case.not_found", number=args.number)
                view = sheets.case_history(found[0].case_id)
            number, data = view.head.number, render(view, args.format)
    if args.out is None:
        if args.format == "text":
            console.stdout.write(data.decode())
        else:
            _to_stdout(data, args.format)
        return Exit.DONE
    _write(args.out, data)
    console.result(
        {"kind": args.kind, "number": number, "file": args.out, "bytes": len(data)},
        "command.document.written",
        file=args.out,
    )
    return Exit.DONE


def find(documents: DocumentsService, kind: str, text: str) -> Document:
    """Find a document by a number as people type it: its own, or the case's receipt number."""
    typed = text.strip()
    head, hyphen, suffix = typed.rpartition("-")
    numbers = [typed]
    whole, before = check_receipt_number(typed), check_receipt_number(head)
    if whole.number is not None:
        numbers.append(str(whole.number))
    if before.number is not None:
        numbers.append(f"{before.number}{hyphen}{suffix}")
    for number in numbers:
        try:
            return documents.find(kind, number)
        except NotFound:
            continue
    if whole.code == "number.receipt_check" and whole.problem is not None:
        raise whole.problem.error()
    raise NotFound("document.not_found", number=typed)


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_bytes(data)
        new.replace(path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise InvalidInput(
            "command.document.cannot_write", file=path, reason=error.strerror
        ) from error


def _to_stdout(data: bytes, format: str) -> None:
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None or sys.stdout.isatty():
        raise InvalidInput("command.document.not_for_a_screen", format=format)
    stream.write(data)
    stream.flush()
