"""Settings: the file, what enrolment wrote, what the command line says, in this order."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal import settings
from terminal.errors import InvalidInput


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_the_defaults_hold(data_dir: Path) -> None:
    found = settings.load(data_dir)
    assert found.data_dir == data_dir
    assert (found.hub.url, found.hall.region) == ("", "511602")
    assert found.ledger_path.parent == data_dir


def test_the_hub_of_an_enrolment_holds_until_somebody_names_another(data_dir: Path) -> None:
    settings.save_enrolled(data_dir, "https://hub.example.cn:8443", data_dir / "keys" / "ca.pem")
    found = settings.load(data_dir).hub
    assert found.url == "https://hub.example.cn:8443"
    assert found.certificate_authority == str(data_dir / "keys" / "ca.pem")
    assert settings.load(data_dir, hub_url="http://127.0.0.1:1").hub.url == "http://127.0.0.1:1"
    write(data_dir, "yichuang.toml", '# ours\n[hub]\nurl = "https://other:1"\n')
    found = settings.load(data_dir).hub
    assert found.url == "https://other:1"
    assert found.certificate_authority.endswith("ca.pem")


def test_a_data_folder_may_be_moved_as_a_whole(data_dir: Path, tmp_path: Path) -> None:
    settings.save_enrolled(data_dir, "https://h", data_dir / "keys" / "ca.pem")
    moved = data_dir.rename(tmp_path / "moved")
    authority = settings.load(moved).hub.certificate_authority
    assert authority == str(moved / "keys" / "ca.pem")


def test_an_address_with_odd_characters_is_kept_as_it_is(data_dir: Path) -> None:
    url = 'https://平台"\\\n.cn'
    settings.save_enrolled(data_dir, url, data_dir / "ca.pem")
    assert settings.load(data_dir).hub.url == url
    assert [p.name for p in data_dir.iterdir()] == ["hub.toml"]


@pytest.mark.parametrize("text", ["[hub", "[hub]\ncolour = 1\n", "[hub]\nurl = 7\n", "\x00"])
@pytest.mark.parametrize("name", ["yichuang.toml", "hub.toml"])
def test_a_file_that_cannot_be_understood_is_named(data_dir: Path, name: str, text: str) -> None:
    write(data_dir, name, text)
    with pytest.raises(InvalidInput, match=name) as caught:
        settings.load(data_dir)
    assert caught.value.code == "settings.unreadable"


def test_a_named_file_that_is_not_there(data_dir: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        settings.load(data_dir, data_dir / "no.toml")
    assert caught.value.code == "settings.not_found"
