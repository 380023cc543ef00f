"""Composing: from a case and its item to the views of its papers, at a window or on the hub."""

from __future__ import annotations

from terminal.documents.composing.base import Occasion
from terminal.documents.composing.steps import papers_of_step

__all__ = ["Occasion", "papers_of_step"]
