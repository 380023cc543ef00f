"""Every test that docs/faults.md names is there."""

from __future__ import annotations

import re

from terminal.texts import RESOURCES

ROOT = RESOURCES.parent


def test_each_fault_names_tests_that_exist() -> None:
    text = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    short = dict(re.findall(r"`([A-Z])` (?:is )?`(tests/\S+\.py)`", " ".join(text.split())))
    rows = [line for line in text.splitlines() if line.startswith("| ")][2:]
    assert len(rows) == 17
    for row in rows:
        named = re.findall(r"`(\S+?)::(test_\w+)`", row)
        assert named, row
        for path, name in named:
            source = (ROOT / short.get(path, path)).read_text(encoding="utf-8")
            assert f"def {name}(" in source, f"{path}::{name}"
