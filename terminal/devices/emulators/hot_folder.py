"""An A4 printer made of a folder: each sheet is a PDF in it, and its tray can be empty."""

from __future__ import annotations

from pathlib import Path

PAPER_OUT = "paper-out"


class HotFolderEmulator:
    """The folder that the driver `folder_a4` fills; `sheets` are the files that came out."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder

    @property
    def address(self) -> str:
        """What the settings name."""
        return f"folder:{self.folder.absolute()}"

    @property
    def sheets(self) -> tuple[Path, ...]:
        """The documents, the oldest first."""
        found = [(path.stat().st_mtime_ns, path) for path in self.folder.glob("*.pdf")]
        return tuple(path for _, path in sorted(found))

    @property
    def has_paper(self) -> bool:
        """Whether there is paper in the tray."""
        return not (self.folder / PAPER_OUT).exists()

    def take_paper(self) -> None:
        """Empty the tray."""
        (self.folder / PAPER_OUT).touch()

    def put_paper(self) -> None:
        """Fill the tray."""
        (self.folder / PAPER_OUT).unlink(missing_ok=True)
