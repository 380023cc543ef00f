"""The terminal's core: plain Python, no Qt; a whole service hall can be run from a test."""
