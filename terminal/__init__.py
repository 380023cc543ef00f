"""The terminal's core: plain Python, no Qt; a whole service hall can be run from a test."""

from __future__ import annotations

__version__ = "0.1.0"
