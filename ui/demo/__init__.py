"""The demo: scenes of `terminal.dev` played through the real widgets, and a panel for hands."""
