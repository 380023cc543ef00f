"""The launcher: what it says and leaves behind on machines that lack something."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SYSTEM_PYTHON = Path("/usr/bin/python3")

TOOLS = (
    *("cat", "cmp", "cp", "env", "flock", "grep", "mkdir"),
    *("mktemp", "mv", "readlink", "rm", "sed", "sh", "tail"),
)

# A program that only says how it was called.
MAIN = "import sys; print(sys.prefix, *sys.argv[1:])\n"

needs_system_python = pytest.mark.skipif(
    not SYSTEM_PYTHON.exists(), reason="there is no /usr/bin/python3 here"
)


class Machine:
    """A copy of the launcher on a machine whose commands are links and stubs in one folder."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.root.mkdir()
        self.bin = folder / "bin"
        self.bin.mkdir()
        shutil.copy(ROOT / "yichuang", self.root)
        (self.root / "main.py").write_text(MAIN, encoding="utf-8")
        for name in ("requirements.lock", "requirements-test.lock"):
            (self.root / name).write_text("", encoding="utf-8")
        for name in TOOLS:
            found = shutil.which(name)
            assert found, name
            (self.bin / name).symlink_to(found)
        self.said = folder / "said"
        self.has("id", "echo 1000")
        self.has("dpkg-query", "exit 1")

    def has(self, name: str, script: str) -> None:
        """Give the machine a command: a line of shell; what it is called with is noted."""
        path = self.bin / name
        path.write_text(
            f'#!/bin/sh\necho "{name} $*" >>"{self.said}"\n{script}\n', encoding="utf-8"
        )
        path.chmod(0o755)

    def calls(self) -> list[str]:
        """Return how the stubs were called so far."""
        return self.said.read_text(encoding="utf-8").splitlines() if self.said.exists() else []

    def run(
        self, *arguments: str, user: str | None = None, **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the launcher in a place of its own, with nothing of this machine's settings."""
        return subprocess.run(
            [str(self.root / "yichuang"), *arguments],
            env={"PATH": str(self.bin), "HOME": str(self.root.parent), "PIP_NO_INDEX": "1"} | env,
            cwd=self.root.parent,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
            user=user,
        )

    def files(self) -> set[str]:
        """Return the names of everything that lies in the project's folder."""
        return set(os.listdir(self.root))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine of an ordinary user without sudo, where no Debian package is installed."""
    return Machine(tmp_path)


@needs_system_python
def test_without_rights_it_prints_the_exact_line_and_leaves_nothing(machine: Machine) -> None:
    before = machine.files()
    done = machine.run("hub")
    assert done.returncode == 2
    assert done.stderr.splitlines()[1:] == [
        "    apt-get install --no-install-recommends python3-venv"
    ]
    assert "缺少系统软件包" in done.stderr
    assert machine.files() == before


@needs_system_python
def test_the_line_names_what_each_command_needs(machine: Machine) -> None:
    window, test = machine.run("window").stderr, machine.run("test").stderr
    assert "libxcb-cursor0" in window
    assert "chromium" not in window
    assert "libxcb-cursor0" in test
    assert "chromium-driver" in test


@needs_system_python
def test_only_what_is_missing_is_named(machine: Machine) -> None:
    machine.has("dpkg-query", 'case "$*" in *libgl1*) exit 1 ;; esac; echo "ii "')
    done = machine.run("--language", "zh", "demo")
    assert done.returncode == 2
    assert done.stderr.splitlines()[1:] == ["    apt-get install --no-install-recommends libgl1"]


@needs_system_python
def test_it_speaks_english_where_the_locale_does(machine: Machine) -> None:
    done = machine.run("hub", LANG="en_US.UTF-8")
    assert done.returncode == 2
    assert done.stderr.startswith("Packages are missing")


@needs_system_python
def test_sudo_without_a_password_is_used(machine: Machine) -> None:
    machine.has("sudo", '[ "$2" = true ] && exit 0; [ "$2" = apt-get ] && exit 0; exit 1')
    done = machine.run("hub")
    assert done.returncode == 3
    assert "sudo -n apt-get update -q" in machine.calls()
    (install,) = [c for c in machine.calls() if " install " in c]
    assert install.startswith("sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install -q -y")
    assert install.endswith("--no-install-recommends python3-venv")


@needs_system_python
def test_sudo_that_asks_for_a_password_is_left_alone(machine: Machine) -> None:
    machine.has("sudo", "exit 1")
    assert machine.run("hub").returncode == 2
    assert [call for call in machine.calls() if call.startswith("sudo")] == ["sudo -n true"]


@needs_system_python
def test_packages_that_cannot_be_installed_are_said(machine: Machine) -> None:
    machine.has("id", "echo 0")
    machine.has("apt-get", "echo E: no such host; exit 100")
    before = machine.files()
    done = machine.run("hub")
    assert done.returncode == 3
    assert "E: no such host" in done.stderr
    assert machine.files() == before


@needs_system_python
def test_an_environment_that_fails_leaves_nothing_half_made(machine: Machine) -> None:
    machine.has("dpkg-query", 'echo "ii "')
    (machine.root / "requirements.lock").write_text(
        f"nosuch==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8"
    )
    done = machine.run("hub")
    assert done.returncode == 3
    assert "nosuch" in done.stderr
    assert "运行环境未能建立" in done.stderr
    assert machine.files() & {".venv", ".venv.new", ".venv.old"} == set()


@needs_system_python
def test_a_folder_that_cannot_be_written_is_said() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        machine = Machine(Path(folder))
        machine.has("dpkg-query", 'echo "ii "')
        machine.root.chmod(0o555)
        # Root writes everywhere: it calls as somebody else.
        done = machine.run("hub", user="nobody" if os.getuid() == 0 else None)
        machine.root.chmod(0o755)
        assert done.returncode == 3
        assert "不可写" in done.stderr
        assert ".venv" not in machine.files()


@needs_system_python
def test_the_first_call_makes_the_environment_and_the_second_goes_straight_on(
    machine: Machine,
) -> None:
    machine.has("dpkg-query", 'echo "ii "')
    first = machine.run("check", "identity", "a b")
    assert first.returncode == 0, first.stderr
    assert first.stdout.split() == [str(machine.root / ".venv"), "check", "identity", "a", "b"]
    assert "正在建立运行环境" in first.stderr
    looked = machine.calls()
    pip = (machine.root / ".venv" / "bin" / "pip").read_text(encoding="utf-8").splitlines()[0]
    assert pip.startswith(f"#!{machine.root}/.venv/bin/python")

    second = machine.run("check", "identity")
    assert (second.returncode, second.stderr) == (0, "")
    assert machine.calls() == looked, "a second call asks neither apt nor dpkg"

    # A link to the launcher, from elsewhere, is the same program.
    link = machine.root.parent / "一窗"
    link.symlink_to(machine.root / "yichuang")
    third = subprocess.run(
        [str(link), "hub"],
        env={"PATH": str(machine.bin)},
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    assert third.stdout.split() == [str(machine.root / ".venv"), "hub"]

    # A new lock makes a new environment.
    (machine.root / "requirements.lock").write_text("# newer\n", encoding="utf-8")
    fourth = machine.run("hub")
    assert "正在建立运行环境" in fourth.stderr
    assert machine.files() & {".venv.new", ".venv.old"} == set()
    assert machine.run("hub").stderr == ""


@needs_system_python
@pytest.mark.parametrize("arguments", [(), ("--help",), ("--version",)])
def test_help_needs_nothing_but_python(machine: Machine, arguments: tuple[str, ...]) -> None:
    before = machine.files()
    done = machine.run(*arguments)
    assert done.returncode == 0
    assert done.stdout.split()[1:] == list(arguments)
    assert machine.files() == before


def test_no_address_stands_in_the_launcher() -> None:
    text = (ROOT / "yichuang").read_text(encoding="utf-8")
    assert "://" not in text
    assert "index-url" not in text
