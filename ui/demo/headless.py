"""The headless demo: whole scenes without a display, judged at the end."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from terminal.dev.hall import EmulatedHall
from terminal.dev.scenes import A_DAY
from terminal.dev.scenes.steps import Scene
from terminal.texts import Texts
from ui import theme
from ui.app import application
from ui.demo import looks, summary
from ui.demo.hands import Stuck
from ui.demo.papers import PrintedFiles, write_printed
from ui.demo.player import play_scene
from ui.demo.stage import Stage
from ui.demo.staging import FIRST_MORNING, staged_hall

Say = Callable[[str], None]
DATA_FOLDER = "data"
_MADE = ("documents", "printer", "screens", DATA_FOLDER)


class Outcome(msgspec.Struct, frozen=True):
    """How it went: the summary, and where it was written."""

    summary: summary.Summary
    path: Path


def play(
    out: Path,
    texts: Texts,
    scenes: Sequence[Scene] = (A_DAY,),
    *,
    keep: bool = False,
    say: Say = lambda _: None,
) -> Outcome:
    """Play scenes into a folder; `keep` leaves terminal and hub there to be looked at."""
    started = time.monotonic()
    _prepare(out)
    data = out / DATA_FOLDER if keep else Path(tempfile.mkdtemp(prefix="yichuang-demo-"))
    # A day at the window is today; where time passes, it begins on a Monday that is known.
    begin = None if tuple(scenes) == (A_DAY,) else FIRST_MORNING
    try:
        say(texts("demo.starting"))
        with staged_hall(data, begin=begin) as hall:
            made = _play(hall, out, texts, scenes, say, started)
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


def _play(
    hall: EmulatedHall, out: Path, texts: Texts, scenes: Sequence[Scene], say: Say, started: float
) -> summary.Summary:
    pictures = out / "screens"
    theme.apply(application(), theme.load())
    stage = Stage(hall, pictures)
    stage.open()
    alone = tuple(scenes) == (A_DAY,)
    try:
        for scene in scenes:
            stage.pictures = pictures if alone else pictures / scene.name
            say(texts("demo.playing", title=title_of(scene, texts)))
            _play_one(stage, scene, texts, say)
    finally:
        stage.close_windows()
    if alone and not stage.problems:
        _look_around(stage, pictures, texts, say)
    say(texts("demo.comparing"))
    return _judge(stage, out, texts, scenes, started)


def _look_around(stage: Stage, pictures: Path, texts: Texts, say: Say) -> None:
    """Show the screens in other looks; meanwhile a browser photographs the hub's pages."""
    say(texts("demo.looking"))
    with ThreadPoolExecutor(1, "demo-pages") as beside:
        pages = beside.submit(_hub_pages, stage, pictures)
        for look in looks.LOOKS:
            try:
                looks.show(stage.hall, stage.ctx, look, pictures)
            except Stuck as error:
                stage.problems.append(error.message(texts))
        pages.result()


def title_of(scene: Scene, texts: Texts) -> str:
    """Return what a scene is called in the language of the run."""
    return scene.chinese if texts.language == "zh" else scene.english


def _play_one(stage: Stage, scene: Scene, texts: Texts, say: Say) -> None:
    """Play a scene; one that gets stuck leaves a picture, and the next begins afresh."""
    try:
        play_scene(stage, scene)
    except Stuck as error:
        stage.problems.append(error.message(texts))
        say(texts("demo.problem_line", sentence=error.message(texts)))
        stage.shoot("stuck")
        stage.restart()


def _hub_pages(stage: Stage, pictures: Path) -> None:
    """Photograph the pages that a citizen and a supervisor see, where a browser is there."""
    if not looks.browser() or stage.hall.hub.ready is None:
        return
    folder = stage.hall.folder
    case_id = stage.played["accepted"].case_id
    pages = {"hub-progress": (looks.progress_address(stage.ctx, case_id), looks.PHONE)}
    for name, page in stage.desk_pages.items():
        pages[name] = (looks.keep_page(page, folder, name), looks.DESKTOP)
    for name, (url, size) in pages.items():
        looks.photograph(url, pictures / f"{name}.png", size, folder / "browser")


def _judge(
    stage: Stage, out: Path, texts: Texts, scenes: Sequence[Scene], started: float
) -> summary.Summary:
    ctx, hall, played = stage.ctx, stage.hall, stage.all_played
    cases = tuple(summary.summarise_case(ctx, each, out) for each in played)
    printed: PrintedFiles = write_printed(hall, out)
    found = summary.look_up(ctx, hall.hub.database, stage.ratings, printed, cases)
    status = ctx.journal.status()
    said = [*stage.problems, *summary.problems(found, played, status.waiting, texts)]
    both = found.comparison
    return summary.Summary(
        scenes=tuple(scene.name for scene in scenes),
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
        ratings=stage.ratings,
        lost=len(both.lost),
        doubled=len(both.doubled),
        lost_records=both.lost,
        doubled_records=both.doubled,
        unsettled_records=both.unsettled,
        chain_holds=found.chain_holds,
        printed=printed,
        screenshots=tuple(
            str(path.relative_to(out)) for path in sorted((out / "screens").rglob("*.png"))
        ),
        seconds=round(time.monotonic() - started, 1),
        problems=tuple(said),
        done=not said,
    )
