"""What a call is refused with."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from terminal.errors import TerminalError


def refused(call: Callable[..., object], *arguments: object) -> str:
    """The code of the refusal that a call meets."""
    with pytest.raises(TerminalError) as caught:
        call(*arguments)
    assert caught.value.sentence()
    return caught.value.code
