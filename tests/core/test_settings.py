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


@pytest.mark.parametrize("text", ["[hub", "colour = 1\n", "url = 7\n", "[hub]\nurl = 7", "\x00"])
@pytest.mark.parametrize("name", ["yichuang.toml", "hub.toml"])
def test_a_file_that_cannot_be_understood_is_named(data_dir: Path, name: str, text: str) -> None:
    write(data_dir, name, text)
    with pytest.raises(InvalidInput, match=name) as caught:
        settings.load(data_dir)
    assert caught.value.code.startswith("settings.")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[window\n", ("第 1 行",)),
        ("[window]\nname = '''3 号", ("没有写完",)),
        ("[windw]\n", ("windw 不是配置项", "window")),
        ("[window]\nnumbr = '3'\n", ("window.numbr 不是配置项", "number")),
        ("[window]\nnumber = 3\n", ("window.number 应写成文字",)),
        ("[journal]\nretention_days = '9'\n", ("journal.retention_days 应写成整数",)),
        ("[journal]\nretention_days = 0\n", ("journal.retention_days 超出范围", ">= 1")),
        ("[screen]\nscale = '2'\n", ("screen.scale 应写成数字",)),
        ("[documents]\nbilingual = 1\n", ("documents.bilingual", "true")),
        ("window = '3'\n", ("[window]",)),
        ("[devices]\nkind = 'x'\n", ("[[devices]]",)),
        ("[hall]\nhours = '9-5'\n", ("hall.hours 应写成一组",)),
        ("[[devices]]\nkind = 'a'\ndriver = 'b'\n", ("缺少 devices #1.address",)),
        ("[[devices]]\nknd = 'a'\n", ("devices #1.knd 不是配置项", "kind driver address")),
    ],
)
def test_the_sentence_names_the_place_and_what_belongs_there(
    data_dir: Path, text: str, words: tuple[str, ...]
) -> None:
    write(data_dir, "yichuang.toml", text)
    with pytest.raises(InvalidInput) as caught:
        settings.load(data_dir)
    for word in words:
        assert word in caught.value.sentence()


def test_a_file_in_another_encoding_is_told_so(data_dir: Path) -> None:
    (data_dir / "yichuang.toml").write_bytes("[window]\nname = '三号'\n".encode("gb18030"))
    with pytest.raises(InvalidInput, match="UTF-8"):
        settings.load(data_dir)


def test_a_named_file_that_is_not_there(data_dir: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        settings.load(data_dir, data_dir / "no.toml")
    assert caught.value.code == "settings.not_found"
