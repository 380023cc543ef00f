"""The keys on this machine: plain or wrapped, changed, lost with the mainboard, brought back."""

from __future__ import annotations

import ctypes
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from hub import setup
from hub.enrol import make_code
from hub.hub import Hub
from hub.key_commands import recover
from hub.store.people import HallData
from terminal.clock import FixedClock
from terminal.context import Context
from terminal.errors import InvalidInput, StoreError, TerminalError
from terminal.ids import SystemRandomness
from terminal.protocol.recovery import (
    KeptKeys,
    parse_request,
    request_text,
    unwrap_keys,
    wrap_for,
    wrap_keys,
)
from terminal.protocol.suites import STANDARD
from terminal.services import key_restore
from terminal.settings import Settings
from terminal.store import keys as key_files
from terminal.store import protection as protections
from terminal.store.keys import (
    DATABASE_KEY,
    NEXT_KEY,
    RECOVERY_FILE,
    SIGNING_KEY,
    Keyring,
    open_keys,
)
from terminal.store.protection import DataProtection, SystemdCredentials
from tests.core.hall import PASSWORD, PLAIN, Hall

RANDOM = SystemRandomness()
HUB_KEY = STANDARD.new_agreement_key()
HUB_PUBLIC = STANDARD.agreement_public(HUB_KEY)


class MachineKey:
    """A protection that opens only on the machine that it stands for."""

    name = "systemd-creds"

    def __init__(self, machine: bytes) -> None:
        self.key = STANDARD.digest(machine)
        self.works = True

    def wrap(self, label: str, secret: bytes) -> bytes | None:
        return STANDARD.seal(self.key, b"0" * 12, secret, label.encode()) if self.works else None

    def unwrap(self, label: str, data: bytes) -> bytes | None:
        return STANDARD.unseal(self.key, b"0" * 12, data, label.encode()) if self.works else None

    def kind(self) -> str:
        return "tpm"


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> MachineKey:
    """This machine has a key store."""
    found = MachineKey(b"this machine")
    monkeypatch.setattr(protections, "PROTECTIONS", (found,))
    return found


@pytest.fixture
def keys(data_dir: Path) -> Keyring:
    """New keys, wrapped for recovery."""
    made = opened(data_dir)
    made.wrap_for_recovery(HUB_PUBLIC)
    return made


def opened(data_dir: Path) -> Keyring:
    return open_keys(data_dir / "keys", data_dir / "ledger.db", RANDOM)


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(TerminalError) as caught:
        call()
    assert caught.value.sentence()
    return caught.value.code


# Protection


def test_keys_are_wrapped_for_the_machine_on_a_command_and_open_there_alone(
    keys: Keyring, data_dir: Path, machine: MachineKey
) -> None:
    plain = {name: (keys.folder / name).read_bytes() for name in (SIGNING_KEY, DATABASE_KEY)}
    assert opened(data_dir).protection == "file"
    following = keys.prepare_next()
    assert keys.protect() is machine
    again = opened(data_dir)
    assert (again.signing, again.database, again.terminal_id, again.protection) == (
        keys.signing, keys.database, keys.terminal_id, "systemd-creds",
    )  # fmt: skip
    assert again.next_key() == following
    for file in keys.folder.iterdir():
        data = file.read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert not any(text in data for text in plain.values()), file
        assert keys.database not in data
    # A key that comes later is wrapped as the others are.
    again.take_next()
    assert (keys.folder / SIGNING_KEY).read_bytes().startswith(b"systemd-creds:")
    assert opened(data_dir).signing == following
    # The disk is put into another machine.
    machine.key = STANDARD.digest(b"another machine")
    assert code_of(lambda: opened(data_dir)) == "store.key_of_another_machine"
    machine.key = STANDARD.digest(b"this machine")
    opened(data_dir).unprotect()
    machine.works = False
    assert opened(data_dir).signing == following


def test_nothing_is_wrapped_that_could_be_lost_with_the_machine(
    data_dir: Path, machine: MachineKey
) -> None:
    fresh = opened(data_dir)
    before = (fresh.folder / DATABASE_KEY).read_bytes()
    assert code_of(fresh.protect) == "keys.recovery_first"
    # A wrap of the first releases has no signing key: it would not be enough.
    (fresh.folder / RECOVERY_FILE).write_bytes(wrap_for(HUB_PUBLIC, fresh.database))
    assert code_of(fresh.protect) == "keys.recovery_first"
    fresh.wrap_for_recovery(HUB_PUBLIC)
    machine.works = False
    assert code_of(fresh.protect) == "keys.nothing_better"
    assert (fresh.folder / DATABASE_KEY).read_bytes() == before


def test_a_key_store_that_breaks_half_way_loses_no_key(
    keys: Keyring, data_dir: Path, machine: MachineKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrap, calls = machine.wrap, []

    def twice(label: str, secret: bytes) -> bytes | None:
        calls.append(label)
        return wrap(label, secret) if len(calls) < 3 else None

    monkeypatch.setattr(machine, "wrap", twice)
    assert code_of(keys.protect) == "store.key_not_wrapped"
    assert calls[1:] == [DATABASE_KEY, SIGNING_KEY]
    again = opened(data_dir)
    assert (again.signing, again.database) == (keys.signing, keys.database)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "store.key_damaged"),
        (b"zz" * 32, "store.key_damaged"),
        (b"00" * 31, "store.key_damaged"),
        (b"\xff\xfe", "store.key_damaged"),
        (b"systemd-creds:***", "store.key_damaged"),
        (b"systemd-creds:AAAA", "store.key_of_another_machine"),
        (b"keychain:AAAA", "store.key_of_another_machine"),
    ],
)
@pytest.mark.parametrize("name", [SIGNING_KEY, DATABASE_KEY, NEXT_KEY])
def test_a_damaged_key_is_said_to_be_one(
    keys: Keyring, data_dir: Path, machine: MachineKey, name: str, content: bytes, code: str
) -> None:
    (keys.folder / name).write_bytes(content)
    assert code_of(lambda: opened(data_dir)) == code
    assert (keys.folder / name).read_bytes() == content


def test_the_systems_own_key_store(data_dir: Path) -> None:
    system = SystemdCredentials()
    wrapped = system.wrap("database.key", b"s" * 32)
    if wrapped is None:
        pytest.skip("systemd-creds does not work for this account")
    assert b"s" * 32 not in wrapped
    assert system.unwrap("database.key", wrapped) == b"s" * 32
    assert system.unwrap("terminal.key", wrapped) is None
    assert system.unwrap("database.key", b"rubbish") is None
    assert system.kind() in ("tpm", "host")


def test_a_system_without_a_key_store() -> None:
    assert SystemdCredentials("no-such-program").wrap("x", b"s") is None
    assert DataProtection().wrap("x", b"s") is None


class FakeWindows:
    """The three functions as Windows has them, over real C structures."""

    def __init__(self) -> None:
        self.freed = 0
        self.kept: list[object] = []
        self.fails = False

    def _change(self, pointers: tuple[object, ...], mask: int) -> int:
        given, description, entropy, _reserved, _prompt, flags, result = pointers
        assert (description, flags) == (None, 1)
        data, salt = (
            ctypes.string_at(one._obj.data, one._obj.size)  # type: ignore[attr-defined]
            for one in (given, entropy)
        )
        if self.fails or (mask == 0 and not data.startswith(salt)):
            return 0
        changed = salt + data[::-1] if mask else data.removeprefix(salt)[::-1]
        buffer = ctypes.create_string_buffer(changed, len(changed))
        self.kept.append(buffer)
        result._obj.size = len(changed)  # type: ignore[attr-defined]
        result._obj.data = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_char))  # type: ignore[attr-defined]
        return 1

    def CryptProtectData(self, *pointers: object) -> int:
        return self._change(pointers, 1)

    def CryptUnprotectData(self, *pointers: object) -> int:
        return self._change(pointers, 0)

    def LocalFree(self, _pointer: object) -> None:
        self.freed += 1


def test_windows_data_protection_is_called_as_windows_wants_it() -> None:
    windows = FakeWindows()
    found = DataProtection(windows)
    wrapped = found.wrap("database.key", b"a\0b" * 10)
    assert wrapped == b"yichuang-database.key" + (b"a\0b" * 10)[::-1]
    assert found.unwrap("database.key", wrapped) == b"a\0b" * 10
    assert found.unwrap("terminal.key", wrapped) is None
    assert windows.freed == 2
    windows.fails = True
    assert found.wrap("database.key", b"x") is None


# The signing key


def test_the_id_stays_when_the_key_changes(keys: Keyring, data_dir: Path) -> None:
    name, first = keys.terminal_id, keys.signing
    for _ in range(2):
        following = keys.prepare_next()
        assert keys.prepare_next() == following
        keys.take_next()
        assert (keys.signing, keys.terminal_id, keys.next_key()) == (following, name, None)
        again = opened(data_dir)
        assert (again.signing, again.terminal_id) == (following, name)
    assert keys.previous_key() not in (first, keys.signing, None)


def test_a_change_that_broke_off_is_finished_at_the_next_start(
    keys: Keyring, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    following = keys.prepare_next()
    name = keys.terminal_id

    def killed(path: Path, missing_ok: bool = False) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            keys.take_next()
    again = opened(data_dir)
    assert (again.signing, again.terminal_id, again.next_key()) == (following, name, None)


def test_a_full_disk_loses_no_key(
    keys: Keyring, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    following, first = keys.prepare_next(), keys.signing

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(key_files, "_write", full)
        with pytest.raises(OSError, match="No space"):
            keys.take_next()
    # The hub takes the new one alone; the next start announces it again.
    assert keys.signing == following
    again = opened(data_dir)
    assert (again.signing, again.next_key()) == (first, following)
    keys.take_next()
    again = opened(data_dir)
    assert (again.signing, again.next_key(), again.previous_key()) == (following, None, first)


# Recovery


def test_what_is_wrapped_for_recovery_opens_with_the_hubs_key_alone() -> None:
    kept = KeptKeys(b"d" * 32, b"s" * 32, "0123456789abcdef")
    wrapped = wrap_keys(HUB_PUBLIC, kept)
    assert unwrap_keys(HUB_KEY, wrapped) == kept
    assert "ssss" not in repr(kept)
    assert unwrap_keys(STANDARD.new_agreement_key(), wrapped) is None
    for broken in (b"", wrapped[:-1], wrapped[:40], wrapped[:-1] + b"x", b"\0" * 200):
        assert unwrap_keys(HUB_KEY, broken) is None
    # As the first releases made it: the database key alone.
    old = unwrap_keys(HUB_KEY, wrap_for(HUB_PUBLIC, b"d" * 32))
    assert old is not None
    assert (old.database, old.signing) == (b"d" * 32, b"")


def test_a_request_that_is_mistyped_is_noticed() -> None:
    text = request_text(HUB_PUBLIC)
    assert parse_request(f" {text.lower()} ") == HUB_PUBLIC
    for at in range(4, len(text), 5):
        wrong = "A" if text[at] != "A" else "B"
        assert parse_request(text[:at] + wrong + text[at + 1 :]) is None, at
    for other in ("", "YR1-", text[:-8], text + "AAAA", "请求码"):
        assert parse_request(other) is None


@pytest.fixture(scope="module")
def hub_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hub")
    setup.init(folder, HallData("hall", "广安市政务服务中心", "511602"), password=PASSWORD)
    return folder


@pytest.mark.parametrize("first_release", [False, True])
def test_a_dead_mainboard_kills_no_pending_journal(
    hub_folder: Path, tmp_path: Path, hall_clock: FixedClock, machine: MachineKey,
    make_context: Callable[..., Context], first_release: bool,
) -> None:  # fmt: skip
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from starlette.applications import Starlette

    from hub.api import Api
    from tests.core.sync.conftest import FaultyLine
    from tests.hub.line import Line

    hub = Hub(hub_folder, clock=hall_clock)
    with ThreadPoolExecutor(2) as pool, asyncio.Runner() as runner:
        line = FaultyLine(Line(Starlette(routes=list(Api(hub, pool).routes())), runner.get_loop()))
        old = tmp_path / "old"
        ctx = make_context(old, Settings(data_dir=old), transport=line)
        enrolled = ctx.enrolment.enrol(line, make_code(hub), "3 号")
        ctx.keys.protect()
        if first_release:
            wrapped = wrap_for(hub.keys.recovery_public, ctx.keys.database)
            (ctx.keys.folder / RECOVERY_FILE).write_bytes(wrapped)
        hall = Hall(ctx)
        hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk)
        written = hall.written()
        ctx.close()

        # The board dies; its disk is put into a new machine.
        machine.key = STANDARD.digest(b"the new machine")
        new = tmp_path / "new"
        shutil.copytree(old, new)
        settings = Settings(data_dir=new)
        assert code_of(lambda: make_context(new, settings)) == "store.key_of_another_machine"
        request = key_restore.request(settings, RANDOM)
        assert key_restore.request(settings, RANDOM) == request
        source = new / "keys" / RECOVERY_FILE
        assert recover(hub, source, "", tmp_path / "no").file == ""
        answer = tmp_path / f"answer-{first_release}.bin"
        found = recover(hub, source, request, answer)
        assert (found.number, found.complete) == (
            "" if first_release else enrolled.terminal_number, not first_release,
        )  # fmt: skip
        assert code_of(lambda: recover(hub, source, request, answer)) == "hub.recovery_not_written"
        assert code_of(lambda: recover(hub, source, "YR1-X", answer)) == "hub.recovery_bad_request"
        assert code_of(lambda: recover(hub, answer, "", answer)) == "hub.recovery_not_for_us"

        def restored(file: Path) -> key_restore.Restored:
            return key_restore.restore(settings, file, hall_clock, RANDOM)

        before = (new / "keys" / DATABASE_KEY).read_bytes()
        assert code_of(lambda: restored(source)) == "keys.restore_not_for_us"
        assert code_of(lambda: restored(tmp_path / "none")) == "keys.restore_unreadable"
        other = tmp_path / "other.bin"
        public = parse_request(request)
        assert public is not None
        other.write_bytes(wrap_keys(public, KeptKeys(b"x" * 32, b"y" * 32, "0" * 16)))
        assert code_of(lambda: restored(other)) == "keys.restore_other_ledger"
        assert (new / "keys" / DATABASE_KEY).read_bytes() == before
        back = restored(answer)
        assert (back.terminal_id, back.needs_code, back.waiting) == (
            enrolled.terminal_id, first_release, written,
        )  # fmt: skip
        again = Hall(make_context(new, settings, transport=line))
        assert again.ctx.keys.terminal_id == enrolled.terminal_id
        if first_release:
            code = make_code(hub, terminal_id=enrolled.terminal_id)
            again.ctx.enrolment.enrol(line, code, "3 号")
        assert again.ctx.sync is not None
        again.ctx.sync.once()
        assert again.ctx.journal.status().waiting == 0
        assert again.ctx.keys.recoverable
        again.ctx.close()
        assert code_of(lambda: key_restore.request(settings, RANDOM)) == "keys.restore_not_needed"
        nothing = Settings(data_dir=tmp_path / "nothing")
        assert code_of(lambda: key_restore.request(nothing, RANDOM)) == "keys.restore_no_ledger"
    hub.close()


def test_a_damaged_wrap_is_no_reason_not_to_start(keys: Keyring, data_dir: Path) -> None:
    (keys.folder / RECOVERY_FILE).write_bytes(b"")
    assert not opened(data_dir).recoverable
    with pytest.raises((InvalidInput, StoreError)):
        opened(data_dir).protect()
