"""A small index of names that are like the real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal.search.build import IndexItem, build_index
from terminal.search.index import SearchIndex

ITEMS = (
    IndexItem("511A0005200004", "食品(含保健食品)经营许可核发", ("开饭店", "食品证"), 900),
    IndexItem("511A0005200008", "食品(含保健食品)经营许可延续", (), 400),
    IndexItem("511A0012600006", "护士新办执业注册", ("护士证",), 90),
    IndexItem("511A0012600009", "护士执业注销注册"),
    IndexItem("511A0011900008", "医师执业证书变更"),
    IndexItem("511A0074300005", "个体工商户设立登记", ("办营业执照",), 1000),
    IndexItem("511A0064100070", "公司设立登记", (), 950),
    IndexItem("511A0064100078", "公司变更登记", (), 300),
    IndexItem("511A0064100093", "公司备案"),
    IndexItem("51203001300001", "财务会计报告报送（县级行使）"),
    IndexItem("511A0161600000", "商品房预售许可"),
    IndexItem("511X0000000001", "拖拉机\\联合收割机检验合格标志核发"),
    IndexItem("511X0000000002", "水利工程可行性研究报告审查(部分省级权限下放成都等８市)"),
    IndexItem("511X0000000003", "殡葬服务", (), 5),
    IndexItem("511X0000000004", "殡葬服务", (), 7),
    IndexItem("G-000007-001-511602000000", "绿化工程备案"),
)


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    path: Path = tmp_path_factory.mktemp("index") / "catalogue.idx"
    build_index(path, ITEMS, handle="h1")
    return SearchIndex(path)
