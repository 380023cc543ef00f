"""The hub's commands about numbers, credit and the week, as a person or a program reads them."""

from __future__ import annotations

import argparse
import io
import json
from pathlib import Path
from typing import Any

import pytest

from hub import catalogue, cli, friday_command, number_commands, publish_command, publishing
from hub.hub import Hub
from hub.store import people
from terminal.cli.base import Console
from terminal.domain.catalogue import Elsewhere, Organ, ServiceItem
from terminal.domain.policy import key_of_number
from terminal.errors import InvalidInput, StoreError
from terminal.protocol.rules import BARRED
from terminal.protocol.snapshot import Line as Item
from terminal.protocol.wire import policy_feed
from terminal.reports import Reports
from terminal.texts import Texts
from tests.hub.line import TestTerminal
from tests.hub.test_leases import number, publish

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FIRST_BLOCKS = True
NUMBER = "210211198505041234"


def said(folder: Path, run: Any, hub: Hub, *, as_json: bool = False, **given: object) -> str:
    out = io.StringIO()
    console = Console(
        texts=Texts(),
        stdout=out,
        stderr=io.StringIO(),
        json=as_json,
        reports=Reports(folder, "hub", "0"),
    )
    run(hub, argparse.Namespace(**given), console)
    return out.getvalue()


def test_a_years_numbers_are_listed_with_what_is_used_and_void(
    hub: Hub, terminal: TestTerminal, tmp_path: Path
) -> None:
    assert "没有分配过号段" in said(tmp_path, number_commands.show, hub, year=2026)
    terminal.accept(terminal.receive())
    terminal.push()
    publish(hub, tmp_path, organs={"区市场监管局": "区市监"})
    leased = said(tmp_path, number_commands.lease, hub, terminal="1", organ="区市场监管局", size=3)
    assert "区市监受〔2026〕1号 至 区市监受〔2026〕3号" in leased
    terminal.accept(terminal.receive(), case_number=number(2))
    terminal.push()
    table = said(tmp_path, number_commands.show, hub, year=None)
    (row,) = [line.split() for line in table.splitlines() if number(2)[:9] in line]
    assert row[3:] == ["1", "-"], "the number of the block, and nothing void"
    lines = said(tmp_path, number_commands.show, hub, as_json=True, year=2026).splitlines()
    assert {json.loads(line)["series"] for line in lines} >= {"case/5116/2026"}


def test_credit_is_asked_for_and_repaired(hub: Hub, tmp_path: Path) -> None:
    def credit(**given: object) -> str:
        args = {"action": "credit", "number": NUMBER, "lift": False, "hall": None} | given
        return said(tmp_path, lambda *one: publish_command.run(*one, lambda _: ""), hub, **args)

    assert "可以适用告知承诺" in credit()
    body = b'{"since": "2026-11-20", "case": "5116-01"}'
    publishing.publish(hub, policy_feed, {BARRED + key_of_number(NUMBER): body})
    assert "自 2026-11-20 起不适用" in credit()
    assert "可以适用告知承诺" in credit(lift=True)


def test_the_week_is_written_to_a_file_or_said(hub: Hub, tmp_path: Path) -> None:
    assert "周五清单" in said(tmp_path, friday_command.run, hub, out=None, format=None)
    data = json.loads(said(tmp_path, friday_command.run, hub, as_json=True, out=None, format=None))
    assert data["sections"][0]["key"] == "overdue"
    target = tmp_path / "friday.pdf"
    said(tmp_path, friday_command.run, hub, out=target, format=None)
    assert target.read_bytes().startswith(b"%PDF")
    for out, kind, wrong in (
        (None, "pdf", InvalidInput),
        (tmp_path / "no" / "such.txt", "text", StoreError),
    ):
        with pytest.raises(wrong) as caught:
            said(tmp_path, friday_command.run, hub, out=out, format=kind)
        assert caught.value.sentence()


def test_an_organ_that_no_item_names_is_doubted_and_kept(
    hub: Hub, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def account(organ: str) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO("a-long-password\n"))
        given = argparse.Namespace(
            action="account", data_dir=data_dir, name="zhao", organ=organ, database=None
        )
        console = Console(
            texts=Texts(), stdout=io.StringIO(), stderr=(err := io.StringIO()), json=False,
            reports=Reports(tmp_path, "hub", "0"),
        )  # fmt: skip
        assert cli.run(given, console) == 0
        with hub.store.reading() as database:
            found = people.account(database, "zhao")
        assert found is not None
        assert found.organ == organ
        return err.getvalue()

    assert account("区市场监督局") == "", "before the catalogue nobody can know"
    item = ServiceItem("1", "食品经营许可", "区市场监管局", organ=Organ("区市场监督管理局"))
    there = ServiceItem("2", "异地事项", "区民政局", elsewhere=Elsewhere("外省某局", "外省"))
    catalogue.publish(hub, [Item(item=item), Item(item=there)])
    assert "名称相近的有：区市场监督管理局" in account("区市场监督局")
    assert "没有部门“水电站”的事项" in account("水电站")
    for known in ("区市场监督管理局", "区民政局", "外省某局"):
        assert account(known) == ""
