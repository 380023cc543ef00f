"""The headless demo: a whole scene without a display, judged at the end."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from terminal.context import Context
from terminal.dev import scenes
from terminal.dev.hall import EmulatedHall
from terminal.texts import Texts
from ui import theme
from ui.app import WindowApp, application
from ui.demo import looks, summary
from ui.demo.hands import Stuck
from ui.demo.papers import PrintedFiles, write_printed
from ui.demo.player import Player

Say = Callable[[str], None]
DATA_FOLDER = "data"
_MADE = ("documents", "printer", "screens", DATA_FOLDER)


class Outcome(msgspec.Struct, frozen=True):
    """How it went: the summary, and where it was written."""

    summary: summary.Summary
    path: Path


def play(out: Path, texts: Texts, *, keep: bool = False, say: Say = lambda _: None) -> Outcome:
    """Play the scene into a folder; `keep` leaves terminal and hub there to be looked at."""
    started = time.monotonic()
    _prepare(out)
    data = out / DATA_FOLDER if keep else Path(tempfile.mkdtemp(prefix="yichuang-demo-"))
    try:
        say(texts("demo.starting"))
        with EmulatedHall(data) as hall:
            made = _play(hall, out, texts, say, started)
    finally:
        if not keep:
            shutil.rmtree(data, ignore_errors=True)
    return Outcome(made, summary.write(made, out))


def _prepare(out: Path) -> None:
    """Make the folder; what an earlier demo left in it goes, everything else stays."""
    out.mkdir(parents=True, exist_ok=True)
    for name in _MADE:
        shutil.rmtree(out / name, ignore_errors=True)
    (out / summary.FILE_NAME).unlink(missing_ok=True)


def _play(hall: EmulatedHall, out: Path, texts: Texts, say: Say, started: float) -> summary.Summary:
    pictures = out / "screens"
    theme.apply(application(), theme.load())
    ctx = hall.open_terminal()
    app = WindowApp(hall.settings, ctx=ctx)
    app.window.resize(theme.px(1366), theme.px(768))
    app.window.show()
    app.open_core()
    player = Player(hall, ctx, app, pictures)
    stuck: list[str] = []
    try:
        say(texts("demo.playing"))
        player.play(scenes.A_DAY.steps)
        player.hands.during(lambda: _hub_pages(hall, ctx, player, pictures))
    except Stuck as error:
        stuck.append(error.message(texts))
        app.window.grab().save(str(pictures / "stuck.png"))
    finally:
        app.window.close()
        app.close()
    if not stuck:
        say(texts("demo.looking"))
        try:
            for look in looks.LOOKS:
                looks.show(hall, ctx, look, pictures)
        except Stuck as error:
            stuck.append(error.message(texts))
    say(texts("demo.comparing"))
    return _judge(hall, ctx, player, out, texts, stuck, started)


def _hub_pages(hall: EmulatedHall, ctx: Context, player: Player, pictures: Path) -> None:
    """Photograph the pages that a citizen and a supervisor see, where a browser is there."""
    if not looks.browser() or hall.hub.ready is None:
        return
    profile = hall.folder / "browser"
    case_id = player.played["accepted"].saved.case.case_id
    pages = {"hub-progress": (looks.progress_address(ctx, case_id), looks.PHONE)}
    for name, page in player.desk_pages.items():
        pages[name] = (looks.keep_page(page, hall.folder, name), looks.DESKTOP)
    for name, (url, size) in pages.items():
        looks.photograph(url, pictures / f"{name}.png", size, profile)


def _judge(
    hall: EmulatedHall, ctx: Context, player: Player, out: Path, texts: Texts,
    stuck: list[str], started: float,
) -> summary.Summary:  # fmt: skip
    played = player.played
    cases = tuple(summary.summarise_case(ctx, each, out) for each in played.values())
    printed: PrintedFiles = write_printed(hall, out)
    found = summary.look_up(ctx, hall.hub.database, player.ratings, printed, cases)
    status = ctx.journal.status()
    said = [*stuck, *summary.problems(found, played, status.waiting, texts)]
    both = found.comparison
    return summary.Summary(
        cases=tuple(summary.case_tree(case) for case in cases),
        journal={
            "written": status.written,
            "acknowledged": status.acknowledged,
            "waiting": status.waiting,
        },
        hub={
            "entries": found.hub.entries,
            "cases": len(found.hub.cases),
            "ratings": found.hub.ratings,
        },
        ratings=player.ratings,
        lost=len(both.lost),
        doubled=len(both.doubled),
        lost_records=both.lost,
        doubled_records=both.doubled,
        unsettled_records=both.unsettled,
        chain_holds=found.chain_holds,
        printed=printed,
        screenshots=tuple(
            str(path.relative_to(out)) for path in sorted((out / "screens").glob("*.png"))
        ),
        seconds=round(time.monotonic() - started, 1),
        problems=tuple(said),
        done=not said,
    )
