"""`demo`: the windows with a panel, or the scene played without a display."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from terminal.cli.base import Console, Exit
from terminal.errors import InvalidInput

if TYPE_CHECKING:
    from terminal.dev.scenes.steps import Scene

OUT = Path("out") / "demo"


def run(args: argparse.Namespace, console: Console) -> int:
    """Run the demo; without a display the scene is played by itself."""
    if getattr(args, "list", False):
        return list_scenes(console)
    port = 0
    if getattr(args, "vnc", False):
        from ui.demo import vnc

        port = vnc.free_port()
        os.environ["QT_QPA_PLATFORM"] = vnc.platform(port)
    elif args.headless or args.scene or args.all or not has_display(os.environ):
        if not (args.headless or has_display(os.environ)):
            console.note("demo.no_display")
        return run_headless(args, console)
    from ui.demo import desktop

    return desktop.run(args, console, port=port)


def has_display(environment: Mapping[str, str]) -> bool:
    """Whether windows can be shown: a display, or a platform that somebody has chosen."""
    if environment.get("QT_QPA_PLATFORM"):
        return True
    if not sys.platform.startswith("linux"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def list_scenes(console: Console) -> int:
    """Say which scenes there are."""
    from terminal.dev.scenes import SCENES

    if console.json:
        console.emit([{"name": s.name, "zh": s.chinese, "en": s.english} for s in SCENES.values()])
        return Exit.DONE
    chinese = console.texts.language == "zh"
    console.table([(s.name, s.chinese if chinese else s.english) for s in SCENES.values()])
    return Exit.DONE


def chosen(args: argparse.Namespace) -> tuple[Scene, ...]:
    """Return the scenes that were asked for, in the order of the list; one name or many."""
    from terminal.dev.scenes import A_DAY, SCENES

    wanted = set(args.scene or ())
    unknown = next((name for name in wanted if name not in SCENES), "")
    if unknown:
        raise InvalidInput("demo.no_scene", name=unknown, names=", ".join(SCENES))
    if args.all:
        return tuple(SCENES.values())
    return tuple(scene for name, scene in SCENES.items() if name in wanted) or (A_DAY,)


def run_headless(args: argparse.Namespace, console: Console) -> int:
    """Play the scenes, say how it went; exit status 1 when it is not as intended."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # The offscreen platform says this for each window; it is no news.
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false;default.warning=false")
    from ui.demo import headless

    def say(sentence: str) -> None:
        if not console.json:
            console.line(sentence)

    out = (args.out or OUT).absolute()
    # A polite end by the system takes the hub's process and the folder away as Ctrl+C does.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        outcome = headless.play(out, console.texts, chosen(args), keep=args.keep, say=say)
    finally:
        signal.signal(signal.SIGTERM, before)
    found = outcome.summary
    if console.json:
        console.emit(found)
    else:
        report(console, outcome.path, found)
    return Exit.DONE if found.done else Exit.REFUSED


def report(console: Console, path: Path, found: object) -> None:
    """Say in a few lines what was done and where it lies."""
    from ui.demo.summary import Summary

    assert isinstance(found, Summary)
    for case in found.cases:
        console.say(
            "demo.case_offline" if case["offline"] else "demo.case",
            number=case["receipt_number"],
            state=console.texts(f"demo.state.{case['state']}"),
        )
    console.say("demo.journal", **found.journal)
    console.say("demo.hub", **found.hub)
    console.say("demo.compared", lost=found.lost, doubled=found.doubled)
    for sentence in found.problems:
        console.note("demo.problem_line", sentence=sentence)
    console.say("demo.done" if found.done else "demo.not_done", seconds=found.seconds, path=path)
