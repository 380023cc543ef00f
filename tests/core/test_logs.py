"""The log: JSON lines without personal data, made only when there is something to say."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from terminal import logs

logger = logging.getLogger("terminal.somewhere")

IDENTITY = "11010519491231002X"


@pytest.fixture
def screen(data_dir: Path) -> Iterator[io.StringIO]:
    """A log in the data folder with its plain copy on a screen."""
    stream = io.StringIO()
    log = logs.set_up(data_dir, "window", debug=True, stream=stream)
    yield stream
    log.close()


def _lines(data_dir: Path) -> list[dict[str, object]]:
    text = (data_dir / "logs" / "window.log").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_a_record_is_a_json_line(data_dir: Path, screen: io.StringIO) -> None:
    logger.info("pushed %d entries", 3, extra={"took": 12})
    (line,) = _lines(data_dir)
    assert line["event"] == "pushed 3 entries"
    assert (line["level"], line["logger"], line["took"]) == ("info", "terminal.somewhere", 12)
    assert line["thread"] == "MainThread"
    assert str(line["time"]).endswith("Z")
    assert "pushed 3 entries" in screen.getvalue()


@pytest.mark.parametrize(
    "secret",
    [
        IDENTITY,
        "110105 19491231 002X",
        "13800138000",
        "+86 138 0013 8000",
        "someone@example.com",
        "FRA110119730925",
        "a" * 64,
        "Bearer abcdef",
    ],
)
def test_numbers_of_people_and_keys_are_masked(
    data_dir: Path, screen: io.StringIO, secret: str
) -> None:
    logger.info("read %s here", secret, extra={"detail": {"deep": [secret]}})
    written = json.dumps(_lines(data_dir), ensure_ascii=False) + screen.getvalue()
    assert secret not in written
    assert "read" in written
    assert "here" in written


def test_a_number_that_is_a_number_is_masked_too(data_dir: Path, screen: io.StringIO) -> None:
    logger.info("read", extra={"value": 13800138000, "count": 17, "rate": 0.5})
    (line,) = _lines(data_dir)
    assert (line["value"], line["count"], line["rate"]) == (logs.MASK, 17, 0.5)


def test_personal_fields_are_masked_whatever_they_say(data_dir: Path, screen: io.StringIO) -> None:
    logger.info("read", extra={"applicant": "王㛃", "view": {"phone": "8888"}})
    assert "王㛃" not in screen.getvalue()
    (line,) = _lines(data_dir)
    assert line["applicant"] == logs.MASK
    assert line["view"] == {"phone": logs.MASK}


@pytest.mark.parametrize(
    "text", ["511602-03-261123-KTM-0042-7", "2026-11-22 10:42", "stored up to seq 1234567", "abc1"]
)
def test_what_names_nobody_stays(text: str) -> None:
    assert logs.redact(text) == text


@pytest.mark.allow_warnings("terminal.somewhere")
def test_an_error_is_logged_without_what_it_says_of_people(
    data_dir: Path, screen: io.StringIO
) -> None:
    name = "".join(["刘", "䶮"])
    try:
        raise ValueError(f"{name} {IDENTITY}")
    except ValueError:
        logger.exception("failed")
    written = json.dumps(_lines(data_dir), ensure_ascii=False) + screen.getvalue()
    assert "ValueError" in written
    assert "test_logs.py" in written
    assert name not in written
    assert IDENTITY not in written


def test_nothing_is_made_before_the_first_record(data_dir: Path) -> None:
    log = logs.set_up(data_dir, "check", debug=False, stream=io.StringIO())
    logger.debug("only with --debug")
    log.close()
    assert list(data_dir.iterdir()) == []


def test_the_log_is_for_this_account_alone(data_dir: Path, screen: io.StringIO) -> None:
    logger.info("something")
    assert (data_dir / "logs").stat().st_mode & 0o077 == 0
    assert (data_dir / "logs" / "window.log").stat().st_mode & 0o077 == 0


def test_closing_gives_the_root_logger_back(data_dir: Path) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    log = logs.set_up(data_dir, "window", debug=True, stream=io.StringIO())
    assert (root.level, root.handlers) != before
    log.close()
    assert (root.level, root.handlers) == before


def test_a_disk_that_takes_no_log_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    log = logs.set_up(blocked, "window", debug=False, stream=io.StringIO())
    logger.info("something")
    log.close()
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_fills_up_under_the_log_stops_nothing(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data_dir / "logs").mkdir()
    (data_dir / "logs" / "window.log").symlink_to("/dev/full")
    log = logs.set_up(data_dir, "window", debug=False, stream=io.StringIO())
    logger.info("something")
    log.close()
    assert capsys.readouterr().err == ""


def test_a_full_file_is_turned_over_and_the_eldest_goes(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, screen: io.StringIO
) -> None:
    monkeypatch.setattr(logs, "LARGEST_BYTES", 300)
    for number in range(40):
        logger.info("entry %d of many", number)
    files = sorted(path.name for path in (data_dir / "logs").iterdir())
    kept = [f"window.log.{age}" for age in range(1, logs.KEPT_FILES + 1)]
    assert files == ["window.log", *kept]
    texts = [(data_dir / "logs" / name).read_text(encoding="utf-8") for name in files]
    assert "entry 39 of many" in texts[0]
    assert all(json.loads(line) for text in texts for line in text.splitlines())
    assert "entry 0 of many" not in "".join(texts)
    numbers = [
        int(line.split("entry ")[1].split()[0]) for t in reversed(texts) for line in t.splitlines()
    ]
    assert numbers == list(range(numbers[0], 40))
