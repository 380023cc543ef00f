"""What the files of scenes share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys import staged
from ui.demo.stage import Stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, qapp: object) -> Iterator[Stage]:
    """One hall for all scenes of a file."""
    with staged.stage_in(tmp_path_factory.mktemp("hall")) as opened:
        yield opened
