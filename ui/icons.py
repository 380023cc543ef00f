"""Icons of `resources/icons`, recoloured by the theme and drawn for this screen."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from terminal.texts import RESOURCES
from ui import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon


@lru_cache(maxsize=512)
def _draw(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    # Imported here: the first paint draws no icon, and these cost some ten milliseconds.
    from PySide6.QtCore import QByteArray, QRectF
    from PySide6.QtGui import QPainter
    from PySide6.QtSvg import QSvgRenderer

    source = (RESOURCES / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap


def pixmap(name: str, role: str = "text", size: int = 18) -> QPixmap:
    """Return an icon in the colour of a role; `size` in logical pixels of scale 1."""
    look = theme.current()
    ratio = QApplication.primaryScreen().devicePixelRatio() if QApplication.instance() else 1.0
    return _draw(name, look.colours[role], look.px(size), ratio)


def icon(name: str, role: str = "text", size: int = 18) -> QIcon:
    """Return the same as `pixmap` for a button."""
    from PySide6.QtGui import QIcon

    return QIcon(pixmap(name, role, size))


class Icon(QLabel):
    """An icon in a layout; it carries no meaning alone, so a reader skips it."""

    def __init__(
        self, name: str, role: str = "text", size: int = 18, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._size = size
        self.show_icon(name, role)

    def show_icon(self, name: str, role: str = "text") -> None:
        """Show another icon of the same size."""
        drawn = pixmap(name, role, self._size)
        if self.pixmap().cacheKey() == drawn.cacheKey():
            return
        self.setPixmap(drawn)
        self.setFixedSize(theme.px(self._size), theme.px(self._size))
