"""Widgets whose classes leave something to their heirs, checked when one is made."""

from __future__ import annotations

from abc import ABCMeta
from typing import Any

from PySide6.QtWidgets import QWidget


class AbstractWidget(ABCMeta, type(QWidget)):  # type: ignore[misc]
    """Metaclass of widgets with abstract methods.

    Qt's own classes make their objects past the place where Python looks for open abstract
    methods, so this looks itself.
    """

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls.__abstractmethods__:
            left = ", ".join(sorted(cls.__abstractmethods__))
            raise TypeError(f"{cls.__name__} leaves out {left}")
        return super().__call__(*args, **kwargs)
