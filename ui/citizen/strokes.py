"""The field for a signature: strokes by finger, pen or mouse, and their picture."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy

from ui import theme
from ui.theme import px

PICTURE_WIDTH = 900
MARGIN = 16
INK = QColor("#14181E")
PAPER = QColor("#FFFFFF")
LEAST = 60
"""Length of ink, at scale 1, below which it is a slip of the finger and no signature."""


class StrokeField(QFrame):
    """White in every theme, as paper is; touches come as mouse moves of the system."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("signature_field")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._strokes: list[list[QPointF]] = []

    @property
    def signed(self) -> bool:
        """Whether there is enough ink for a signature."""
        return self._ink() >= px(LEAST)

    def clear(self) -> None:
        """Take all strokes away; nothing of them stays in memory."""
        for stroke in self._strokes:
            stroke.clear()
        self._strokes.clear()
        self.update()
        self.changed.emit()

    def png(self) -> bytes:
        """Return the signature as a PNG picture, cut to its ink and of one width."""
        box = self._box()
        factor = (PICTURE_WIDTH - 2 * MARGIN) / max(box.width(), box.height() * 2, 1)
        height = max(round(box.height() * factor) + 2 * MARGIN, 2 * MARGIN)
        picture = QImage(PICTURE_WIDTH, height, QImage.Format.Format_Grayscale8)
        picture.fill(PAPER)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(MARGIN, MARGIN)
        painter.scale(factor, factor)
        painter.translate(-box.topLeft())
        self._draw(painter, max(2.0, 5.0 / factor))
        painter.end()
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        picture.save(buffer, "PNG")  # type: ignore[call-overload]
        return bytes(buffer.data().data())

    def sizeHint(self) -> QSize:
        return QSize(px(560), px(260))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(260), px(120))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._strokes.append([event.position()])
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._strokes:
            self._strokes[-1].append(event.position())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.changed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look = theme.current()
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(look.colour("line"), px(2)))
        painter.setBrush(PAPER)
        painter.drawRoundedRect(frame, px(8), px(8))
        # The line to write on: light, but seen on white in every theme.
        painter.setPen(QPen(QColor("#8894A3"), px(1), Qt.PenStyle.DashLine))
        base = frame.bottom() - frame.height() * 0.22
        painter.drawLine(QPointF(px(24), base), QPointF(frame.right() - px(24), base))
        self._draw(painter, px(4))
        painter.end()

    def _draw(self, painter: QPainter, width: float) -> None:
        pen = QPen(INK, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap,
                   Qt.PenJoinStyle.RoundJoin)  # fmt: skip
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stroke in self._strokes:
            if len(stroke) == 1:
                painter.drawPoint(stroke[0])
                continue
            path = QPainterPath(stroke[0])
            for before, after in pairwise(stroke):
                path.quadTo(before, (before + after) * 0.5)
            path.lineTo(stroke[-1])
            painter.drawPath(path)

    def _box(self) -> QRectF:
        points = [point for stroke in self._strokes for point in stroke]
        if not points:
            return QRectF(0, 0, 1, 1)
        left, right = min(p.x() for p in points), max(p.x() for p in points)
        top, bottom = min(p.y() for p in points), max(p.y() for p in points)
        return QRectF(left, top, max(right - left, 1), max(bottom - top, 1))

    def _ink(self) -> float:
        return sum(
            ((after.x() - before.x()) ** 2 + (after.y() - before.y()) ** 2) ** 0.5
            for stroke in self._strokes
            for before, after in pairwise(stroke)
        )
