"""`catalogue import | search | show | export`: the service items of this terminal."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from terminal.cli.base import Console, Exit
from terminal.domain.catalogue import Material, PaperKind, ServiceItem, TimeLimit
from terminal.errors import InvalidInput
from terminal.services.catalogue import CatalogueService, ImportReport, ItemView
from terminal.settings import load
from terminal.store.catalogue_import import decode_text, read_bytes

MAX_LIMIT = 200


def run(args: Namespace, console: Console) -> int:
    """Do what `args.action` names; see `docs/cli.md`."""
    actions = {"import": _import, "search": _search, "show": _show, "export": _export}
    settings = load(args.data_dir, args.config)
    with CatalogueService(settings.catalogue_path) as catalogue:
        return actions[args.action](args, console, catalogue)


def _import(args: Namespace, console: Console, catalogue: CatalogueService) -> int:
    status = Exit.DONE
    for path in args.files:
        report = catalogue.import_files([path])[0]
        _tell_import(report, console)
        if not report.done:
            status = Exit.REFUSED
    console.say("catalogue.import.total", count=catalogue.count())
    return status


def _export(args: Namespace, console: Console, catalogue: CatalogueService) -> int:
    """Write the catalogue as a snapshot, whole or not at all: what `hub catalogue` publishes."""
    partial = args.out.with_name(f"{args.out.name}.part")
    try:
        partial.write_bytes(catalogue.snapshot())
        partial.replace(args.out)
    except OSError as error:
        partial.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise InvalidInput("catalogue.export.failed", file=args.out, reason=reason) from error
    answer = {"file": str(args.out), "items": catalogue.count()}
    console.result(answer, "catalogue.export.done", file=args.out, count=catalogue.count())
    return Exit.DONE


def _tell_import(report: ImportReport, console: Console) -> None:
    counts = report.counts
    rows = [{"line": row.line, "reason": row.sentence(console.texts)} for row in report.refused]
    if console.json:
        console.emit(
            {
                "file": report.file,
                "done": report.done,
                "imported": counts.imported,
                "changed": counts.changed,
                "unchanged": counts.unchanged,
                "life_events": counts.life_events,
                "refused": rows,
            }
        )
        return
    for row in report.refused:
        console.note("catalogue.import.row", sentence=row.sentence(console.texts))
    if not report.done:
        console.note("catalogue.import.refused", file=report.file, count=len(rows))
        return
    console.say(
        "catalogue.import.done",
        file=report.file,
        imported=counts.imported,
        changed=counts.changed,
        unchanged=counts.unchanged,
    )
    if counts.life_events:
        console.say("catalogue.import.life_events", count=counts.life_events)


def _search(args: Namespace, console: Console, catalogue: CatalogueService) -> int:
    if not 1 <= args.limit <= MAX_LIMIT:
        raise InvalidInput("catalogue.search.limit")
    if args.batch is not None:
        for text in _queries(args.batch):
            started = time.perf_counter_ns()
            hits = catalogue.hits(text, args.limit)
            took = (time.perf_counter_ns() - started) / 1000
            console.emit({"query": text, "time_us": round(took, 1), "hits": hits})
        return Exit.DONE
    text = args.text or ""
    views = catalogue.search(text, args.limit)
    if console.json:
        console.emit({"query": text, "hits": views})
        return Exit.DONE
    if not views:
        console.note("catalogue.search.nothing", text=text)
        return Exit.DONE
    console.table([_row(view, console) for view in views])
    return Exit.DONE


def _queries(path: Path) -> Iterator[str]:
    """Yield the queries of a file, one a line; an empty line is an empty query."""
    yield from decode_text(read_bytes(path), path.name).splitlines()


def _row(view: ItemView, console: Console) -> tuple[str, ...]:
    separator = console.texts("catalogue.search.separator")
    return (view.code, view.name, view.department, separator.join(view.badges(console.texts)))


def _show(args: Namespace, console: Console, catalogue: CatalogueService) -> int:
    item = catalogue.item(args.code)
    if console.json:
        console.emit(item)
        return Exit.DONE
    for line in _lines(item, console):
        console.line(line)
    return Exit.DONE


def _lines(item: ServiceItem, console: Console) -> Iterator[str]:
    texts = console.texts

    def limit(value: TimeLimit) -> str:
        return texts(f"catalogue.limit.{value.unit.value}", amount=value.amount)

    yield item.name
    yield texts("catalogue.show.code", code=item.code, version=item.version)
    yield texts("catalogue.show.department", department=item.department)
    kind = f"catalogue.task_type.{item.task_type}"
    if texts.has(kind):
        yield texts("catalogue.show.task_type", type=texts(kind))
    if not item.guide:
        yield texts("catalogue.show.no_guide")
        return
    if item.sample:
        yield texts("catalogue.show.sample")
    for key, value in (("statutory", item.statutory), ("committed", item.committed)):
        if value is not None:
            yield texts(f"catalogue.show.{key}", limit=limit(value))
    if item.fee.text:
        yield texts("catalogue.show.fee", fee=item.fee.text)
    else:
        yield texts("catalogue.show.no_fee")
    if item.questions:
        yield texts("catalogue.show.questions")
        for question in item.questions:
            options = texts("catalogue.show.separator").join(o.label for o in question.options)
            yield texts("catalogue.show.question", text=question.text, options=options)
    if item.materials:
        yield texts("catalogue.show.materials")
        for number, material in enumerate(item.materials, 1):
            yield _material(number, material, console)
    for basis in item.legal_basis:
        yield texts("catalogue.show.legal_basis", basis=basis)


def _material(number: int, material: Material, console: Console) -> str:
    texts = console.texts
    marks = [
        key
        for key, holds in (
            ("conditional", bool(material.when)),
            ("optional", not material.required),
            ("deferrable", material.deferrable),
        )
        if holds
    ]
    return texts(
        "catalogue.show.material",
        number=number,
        name=material.name,
        kind=texts(f"catalogue.paper.{PaperKind(material.kind).value}"),
        copies=material.copies,
        marks="".join(texts(f"catalogue.show.{mark}") for mark in marks),
    )
