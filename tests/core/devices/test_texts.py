"""Every code that the devices name has its sentences in both languages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from terminal.devices import registry, views
from terminal.devices.print_queue import JobState
from terminal.devices.views import DeviceState, state_of_status
from terminal.services.printing import PRINTERS
from terminal.texts import RESOURCES, Texts

SOURCES = Path(registry.__file__).parent
CODE = re.compile(r'"(device\.(?!toml)[a-z0-9_]+[a-z0-9])"')


def codes() -> set[str]:
    found = {
        code
        for path in SOURCES.rglob("*.py")
        for code in CODE.findall(path.read_text(encoding="utf-8"))
    }
    found |= set(CODE.findall((SOURCES.parent / "errors.py").read_text(encoding="utf-8")))
    found |= {f"device.printer_{name}" for name in ("cutter", "broken", "overheated", "stopped")}
    troubles = ("paused", "not_accepting", "jam", "toner", "unreachable", "stopped")
    found |= {f"device.a4_{name}" for name in troubles}
    return found | {f"device.no_{kind}" for kind in PRINTERS}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_code_has_a_message(language: str) -> None:
    with (RESOURCES / "texts" / language / "device.toml").open("rb") as file:
        table = tomllib.load(file)
    assert len(codes()) > 40
    assert not {code for code in codes() if "message" not in table.get(code[7:], {})}


def test_both_languages_have_the_same_texts_with_the_same_data() -> None:
    tables = []
    for language in ("zh", "en"):
        with (RESOURCES / "texts" / language / "device.toml").open("rb") as file:
            tables.append(tomllib.load(file))
    chinese, english = tables
    assert chinese.keys() == english.keys()
    for area, texts in chinese.items():
        assert texts.keys() == english[area].keys(), area
        for name, text in texts.items():
            fields = re.findall(r"\{(\w+)\}", text)
            assert sorted(fields) == sorted(re.findall(r"\{(\w+)\}", english[area][name])), area


def test_states_and_kinds_have_names() -> None:
    texts = Texts()
    for state in get_args(DeviceState):
        assert texts(f"device.state.{state}")
    for job in get_args(JobState):
        assert texts(f"device.job.{job}")
    for kind in get_args(views.DeviceKind):
        assert texts(f"device.kind.{kind}")


def test_what_a_printer_says_becomes_a_state() -> None:
    status = views.PrinterStatus
    assert state_of_status(status(online=True))[0] == "connected"
    assert state_of_status(status(online=True, paper="near_end"))[0] == "near_end"
    assert state_of_status(status(online=False, paper="out"))[0] == "paper_out"
    assert state_of_status(status(online=False, paper="out", cover_open=True))[0] == "cover_open"
    assert state_of_status(status(online=False, error="cutter")) == (
        "error",
        "device.printer_cutter",
    )
    assert state_of_status(status(online=False)) == ("error", "device.printer_offline")
