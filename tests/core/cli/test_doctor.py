"""The doctor: every row has its sentence, and what is in the way of work says so."""

from __future__ import annotations

import argparse
import http.server
import io
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from terminal.cli import doctor, key_probes, probes
from terminal.cli.base import Console
from terminal.cli.probes import Finding, State
from terminal.clock import SystemClock, measure_hub
from terminal.context import Context
from terminal.errors import StoreError
from terminal.ids import SystemRandomness
from terminal.protocol.suites import STANDARD
from terminal.protocol.wire import Enrolment
from terminal.reports import Reports
from terminal.services.hub_time import HubTime
from terminal.settings import DeviceSettings, HubSettings, Settings
from terminal.store import protection
from terminal.store.keys import open_keys
from terminal.texts import LANGUAGES, Texts


class _Hub(http.server.BaseHTTPRequestHandler):
    ahead = timedelta()
    status, body = 200, b"ok"

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()
        self.wfile.write(self.body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(datetime.now(UTC) + self.ahead, usegmt=True)

    def log_message(self, format: str, *arguments: object) -> None:
        """Stay silent."""


@pytest.fixture
def hub_url() -> Iterator[str]:
    """Something that answers by HTTP on loopback."""
    server = http.server.HTTPServer(("127.0.0.1", 0), _Hub)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


Doctor = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(data_dir: Path) -> Doctor:
    """Call the doctor in this process; returns status, stdout and stderr."""

    def run(
        *, json: bool = False, config: Path | None = None, language: str = "zh"
    ) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        console = Console(
            texts=Texts(language),
            stdout=out,
            stderr=err,
            json=json,
            reports=Reports(data_dir, "doctor", "0"),
        )
        args = argparse.Namespace(data_dir=data_dir, config=config, hub=None)
        return doctor.run(args, console), out.getvalue(), err.getvalue()

    return run


def _only(monkeypatch: pytest.MonkeyPatch, *chosen: probes.Probe) -> None:
    monkeypatch.setattr(probes, "PROBES", chosen)


def _found(probe: probes.Probe, settings: Settings) -> dict[str, Finding]:
    return {finding.key: finding for finding in probe(settings)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_house_is_in_order(call: Doctor, language: str) -> None:
    status, out, err = call(language=language)
    assert (status, err) == (0, ""), out
    lines = out.splitlines()
    assert len(lines) >= 15
    assert all(line[0] in "✓!" for line in lines)
    assert "Multiple Ciphers" in out


def test_a_program_reads_a_line_a_row(call: Doctor) -> None:
    status, out, _ = call(json=True)
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert {"program", "qt", "database", "data", "fonts", "hub", "clock"} <= {
        row["row"] for row in rows
    }
    assert all(set(row) == {"row", "state", "text", "data"} for row in rows)


def test_it_makes_nothing(call: Doctor, data_dir: Path) -> None:
    call()
    assert list(data_dir.iterdir()) == []


def test_a_broken_settings_file_is_told_and_stops_nothing(
    call: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _only(monkeypatch, probes.program)
    file = tmp_path / "broken.toml"
    file.write_text("hall = 3", encoding="utf-8")
    status, out, err = call(config=file)
    assert status == 1
    assert "broken.toml" in err
    assert "一窗" in out


def test_a_probe_that_fails_hides_no_other(
    call: Doctor, monkeypatch: pytest.MonkeyPatch, data_dir: Path
) -> None:
    def broken(_settings: Settings) -> Iterator[Finding]:
        raise ZeroDivisionError
        yield

    _only(monkeypatch, broken, probes.program)
    status, out, _ = call()
    assert status == 1
    assert "ZeroDivisionError" in out
    assert "一窗" in out
    assert (data_dir / "reports" / "report-0001.txt").exists()


def test_a_key_that_others_read_is_in_the_way(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=data_dir)
    assert _found(probes.key_protection, settings)["key_none"].state is State.OK
    settings.keys_dir.mkdir()
    key = settings.keys_dir / "database.key"
    key.write_text("00" * 32, encoding="ascii")
    key.chmod(0o644)
    assert _found(probes.key_protection, settings)["key_open"].state is State.BAD
    key.chmod(0o600)
    monkeypatch.setattr(key_probes, "best_protection", lambda: None)
    assert _found(probes.key_protection, settings)["key_file"].state is State.OK
    monkeypatch.undo()
    key.write_text("00", encoding="ascii")
    assert _found(probes.key_protection, settings)["key_unusable"].state is State.BAD


def test_what_keeps_the_keys_is_said(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine()
    monkeypatch.setattr(protection, "PROTECTIONS", (machine,))
    settings = Settings(data_dir=data_dir)
    keys = open_keys(settings.keys_dir, settings.ledger_path, SystemRandomness())
    assert list(_found(probes.key_protection, settings)) == ["key_better"]
    (data_dir / "hub.toml").write_text('url = "https://127.0.0.1:1"\n', encoding="utf-8")
    assert _found(probes.key_protection, settings)["recovery_missing"].state is State.WARNING
    keys.wrap_for_recovery(STANDARD.agreement_public(STANDARD.new_agreement_key()))
    keys.protect()
    found = _found(probes.key_protection, settings)
    assert set(found) == {"key_tpm", "recovery"}
    machine.works = False
    found = _found(probes.key_protection, settings)
    assert found["key_unusable"].state is State.BAD
    assert "keys restore" in str(found["key_unusable"].data["reason"])


def test_the_hubs_time_and_the_keys_date_are_told(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=data_dir)
    assert _found(probes.renewal_and_hub_time, settings) == {}
    now = SystemClock().now()
    with Context(settings) as context:
        assert _found(probes.renewal_and_hub_time, settings) == {}
        HubTime(context.ledger, SystemClock()).take(measure_hub(now, now, now.wall + 500))
        public = STANDARD.agreement_public(STANDARD.new_agreement_key())
        enrolled = Enrolment(
            1, b"", context.keys.terminal_id, "03", "hall", "大厅", "511602", "", b"", public,
            now.wall, renew_at=now.wall + 86_400_000,
        )  # fmt: skip
        context.enrolment._store(enrolled)
    found = _found(probes.renewal_and_hub_time, settings)
    assert set(found) == {"renewal", "hub_time"}
    with Context(settings) as context:
        HubTime(context.ledger, SystemClock()).take(measure_hub(now, now, now.wall + 10**9))
    # Papers name the hall as it was enrolled; while a window runs it cannot be asked for here.
    assert _found(probes.configuration, settings)["settings"].data["hall"] == "大厅"
    (data_dir / "hub.toml").write_text('url = "https://127.0.0.1:1"\n', encoding="utf-8")
    with Context(settings):
        assert list(_found(probes.configuration, settings)) == ["settings_in_use"]
    found = _found(probes.renewal_and_hub_time, settings)
    assert found["renewal_overdue"].state is State.WARNING
    assert found["hub_time_off"].data["seconds"] == pytest.approx(10**6, abs=5)


class Machine:
    """A key store as a TPM is one."""

    name = "systemd-creds"
    works = True

    def wrap(self, label: str, secret: bytes) -> bytes | None:
        return label.encode() + secret if self.works else None

    def unwrap(self, label: str, data: bytes) -> bytes | None:
        return data.removeprefix(label.encode()) if self.works else None

    def kind(self) -> str:
        return "tpm"


def test_a_ledger_without_its_key_is_in_the_way(data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir)
    settings.ledger_path.write_bytes(b"x")
    assert _found(probes.key_protection, settings)["key_missing"].state is State.BAD


@pytest.mark.parametrize(
    ("free", "key"), [(100 << 20, "data_full"), (1 << 30, "data_little"), (9 << 30, "data")]
)
def test_room_on_the_disk(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, free: int, key: str
) -> None:
    class Usage:
        pass

    usage = Usage()
    usage.free = free
    monkeypatch.setattr(probes.shutil, "disk_usage", lambda _path: usage)
    assert list(_found(probes.data_folder, Settings(data_dir=data_dir))) == [key]


def test_a_folder_that_is_not_there_yet_is_no_fault(data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir / "deep" / "er")
    assert list(_found(probes.data_folder, settings)) == ["data_new"]


def test_a_hub_that_answers(hub_url: str) -> None:
    found = _found(probes.hub_and_clock, Settings(hub=HubSettings(url=hub_url)))
    assert found["hub"].data["status"] == 200
    assert found["clock"].state is State.OK


@pytest.mark.parametrize(
    ("status", "key", "state"),
    [
        (200, "hub_other", State.BAD),
        (404, "hub_other", State.BAD),
        (502, "hub_silent", State.WARNING),
    ],
)
def test_an_address_that_answers_and_is_no_hub(
    hub_url: str, monkeypatch: pytest.MonkeyPatch, status: int, key: str, state: State
) -> None:
    monkeypatch.setattr(_Hub, "status", status)
    monkeypatch.setattr(_Hub, "body", b"<html>ok</html>")
    found = _found(probes.hub_and_clock, Settings(hub=HubSettings(url=hub_url)))
    assert found[key].state is state
    assert "hub" not in found


def test_a_clock_that_differs_from_the_hubs(hub_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Hub, "ahead", timedelta(minutes=10))
    found = _found(probes.hub_and_clock, Settings(hub=HubSettings(url=hub_url)))
    assert found["clock_off"].state is State.WARNING
    assert found["clock_off"].data["seconds"] == pytest.approx(600, abs=5)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://127.0.0.1:9", "hub_refused"),
        ("http://no-such-host.invalid", "hub_no_name"),
        ("not an address", "hub_address"),
        ("ftp://127.0.0.1", "hub_address"),
    ],
)
def test_a_hub_that_is_silent_stops_no_work(url: str, key: str) -> None:
    found = _found(probes.hub_and_clock, Settings(hub=HubSettings(url=url)))
    assert found[key].state is State.WARNING
    assert found["clock_alone"].state is State.OK


@pytest.mark.parametrize(
    ("device", "key", "word"),
    [
        (("receipt_printer", "escpos_80", "tcp://printer"), "device_wrong", "escpos_80mm"),
        (("receipt_printr", "escpos_80mm", "tcp://printer"), "device_wrong", "不适用"),
        (("receipt_printer", "escpos_80mm", "/dev/usb/lp0"), "device_wrong", "serial:"),
        (("receipt_printer", "escpos_80mm", "serial:/no/such"), "device_absent", "serial:/no"),
        (("receipt_printer", "escpos_80mm", "tcp://printer"), "device", "tcp://printer"),
    ],
)
def test_a_device_is_told_as_it_is_written(
    call: Doctor, data_dir: Path, monkeypatch: pytest.MonkeyPatch,
    device: tuple[str, str, str], key: str, word: str,
) -> None:  # fmt: skip
    settings = Settings(devices=(DeviceSettings(*device),))
    assert key in _found(probes.configuration, settings)
    _only(monkeypatch, probes.configuration)
    kind, driver, address = device
    (data_dir / "yichuang.toml").write_text(
        f'[[devices]]\nkind = "{kind}"\ndriver = "{driver}"\naddress = "{address}"\n',
        encoding="utf-8",
    )
    status, out, _ = call()
    assert (status == 1) is (key == "device_wrong")
    assert word in out


def test_a_clock_of_the_past_is_in_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "RELEASED", datetime.now(UTC) + timedelta(days=1))
    assert _found(probes.hub_and_clock, Settings())["clock_past"].state is State.BAD


def test_saved_reports_are_told(data_dir: Path) -> None:
    Reports(data_dir, "window", "0").save(ZeroDivisionError())
    found = _found(probes.reports, Settings(data_dir=data_dir))
    assert found["reports"].data["last"] == 1


def test_a_port_that_others_own_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from serial.tools import list_ports
    from serial.tools.list_ports_common import ListPortInfo

    monkeypatch.setattr(list_ports, "comports", lambda: [ListPortInfo("/dev/nosuch", True)])
    assert list(_found(probes.serial_ports, Settings())) == ["serial_denied"]


def test_what_waits_in_the_journal_is_told(data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir)
    assert list(_found(probes.journal, settings)) == ["journal_none"]
    with Context(settings):
        assert list(_found(probes.journal, settings)) == ["journal_in_use"]
    found = _found(probes.journal, settings)["journal"]
    assert (found.state, found.data["waiting"]) == (State.OK, found.data["written"])


def test_a_ledger_that_cannot_be_read_is_in_the_way(
    data_dir: Path, call: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    _only(monkeypatch, probes.journal)
    settings = Settings(data_dir=data_dir)
    with Context(settings):
        pass
    (settings.keys_dir / "database.key").write_text("ab" * 32, encoding="ascii")
    status, out, _ = call()
    assert status == 1
    assert StoreError("store.wrong_key").sentence() in out
