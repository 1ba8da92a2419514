"""The list of the upscale queue: a row for each photo with thumbnail, state and progress."""

from pathlib import Path

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cozviewer.image.reading import shown_name
from cozviewer.jobs.files.photo_list_job import PhotoLook
from cozviewer.ui.status.status_bar import progress_text
from cozviewer.ui.upscale.items import QueueItem, State
from cozviewer.ui.upscale.queue import UpscaleQueue
from cozviewer.ui.widgets.plain import tool_tip
from cozviewer.ui.widgets.theme import shown_theme
from cozviewer.util.text import visible_line
from cozviewer.util.translation import translate

Index = QModelIndex | QPersistentModelIndex

NUMBER = Qt.ItemDataRole.UserRole
"""Role of the number of an item."""

ROW_HEIGHT = 62
THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT = 66, 46
MARGIN = 8
BAR_HEIGHT = 4
"""Logical pixels."""


def state_text(queue: UpscaleQueue, item: QueueItem) -> str:
    """Return the text in the row of a photo."""
    if item.state is State.DONE:
        name = "" if item.result is None else shown_name(item.result)
        if item.existed:
            return translate("Upscale", "Already done: {name}").format(name=name)
        return translate("Upscale", "Done: {name}").format(name=name)
    if item.state is State.FAILED:
        return translate("Upscale", "Failed: {reason}").format(reason=item.sentence)
    if item.state is State.WAITING:
        return translate("Upscale", "Waiting")
    if not queue.running:
        return translate("Upscale", "Pausing…")
    if queue.holding:
        return translate("Upscale", "Paused while the view is being generated")
    progress = queue.progress_of(item.number)
    return translate("Upscale", "Starting…") if progress is None else progress_text(progress)


class QueueModel(QAbstractListModel):
    """The photos of a queue as rows. GUI thread."""

    def __init__(self, queue: UpscaleQueue, parent: QObject) -> None:
        super().__init__(parent)
        self._queue = queue
        self._numbers = [item.number for item in queue.items]
        self._rows = dict[int, int]()
        self._by_photo = dict[Path, list[int]]()
        self._index()
        self._images: dict[Path, QImage] = {}
        queue.changed.connect(self._on_changed)
        queue.item_changed.connect(self._on_item_changed)
        queue.progressed.connect(self._on_progressed)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (as Qt declares it)
        return 0 if parent.isValid() else len(self._numbers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        item = self.item(index)
        if item is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            name, state = visible_line(shown_name(item.photo)), state_text(self._queue, item)
            return f"{name}, {item.options.scale}×, {state}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(f"{item.photo}\n{state_text(self._queue, item)}")
        if role == NUMBER:
            return item.number
        return None

    def item(self, index: Index) -> QueueItem | None:
        """Return the photo of a row."""
        row = index.row()
        if not index.isValid() or row >= len(self._numbers):
            return None
        return self._queue.item(self._numbers[row])

    def image(self, item: QueueItem) -> QImage | None:
        """Return the thumbnail of a photo, if there is one yet."""
        return self._images.get(item.photo)

    @property
    def queue(self) -> UpscaleQueue:
        """The queue that it shows."""
        return self._queue

    @Slot(object)
    def show_look(self, look: PhotoLook) -> None:
        """Take note of the size of a photo, and show its thumbnail."""
        if look.image is not None:
            self._images[look.path] = look.image
        for number in self._by_photo.get(look.path, ()):
            self._queue.note_size(number, look.width, look.height)
            self._on_item_changed(number)

    @Slot()
    def _on_changed(self) -> None:
        now = [item.number for item in self._queue.items]
        for row in reversed(range(len(self._numbers))):
            if self._queue.item(self._numbers[row]) is None:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._numbers[row]
                self.endRemoveRows()
        known = len(self._numbers)  # new ones are at the end
        if len(now) > known:
            self.beginInsertRows(QModelIndex(), known, len(now) - 1)
            self._numbers = now
            self.endInsertRows()
        self._index()

    def _index(self) -> None:
        """Note which row shows which item, and which items show which photo."""
        self._rows = {number: row for row, number in enumerate(self._numbers)}
        self._by_photo.clear()
        for item in self._queue.items:
            self._by_photo.setdefault(item.photo, []).append(item.number)

    @Slot(int)
    def _on_item_changed(self, number: int) -> None:
        if number in self._rows:
            index = self.index(self._rows[number])
            self.dataChanged.emit(index, index)

    @Slot()
    def _on_progressed(self) -> None:
        for item in self._queue.items:
            if item.state is State.WORKING:
                self._on_item_changed(item.number)


class QueueDelegate(QStyledItemDelegate):
    """Paints a row: thumbnail, name and scale, state, and a bar for the photo under work."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, QueueModel)
        item = model.item(index)
        if item is None:
            return
        painter.save()
        row: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(row, QColor(shown_theme().line))
        inner = row.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        self._paint_thumbnail(painter, inner, model.image(item))
        text = inner.adjusted(THUMBNAIL_WIDTH + 10, 0, 0, 0)
        self._paint_texts(painter, text, model, item)
        if item.state is State.WORKING:
            _paint_bar(painter, text, model.queue.fraction_of(item.number))
        painter.setPen(QColor(shown_theme().line))
        painter.drawLine(row.bottomLeft(), row.bottomRight())
        painter.restore()

    def _paint_thumbnail(self, painter: QPainter, inner: QRect, image: QImage | None) -> None:
        frame = QRect(inner.left(), inner.top(), THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT)
        if image is None:
            painter.fillRect(frame, QColor(shown_theme().line))
            return
        size = image.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(frame.topLeft(), size)
        place.moveCenter(frame.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, image)

    def _paint_texts(
        self, painter: QPainter, text: QRect, model: QueueModel, item: QueueItem
    ) -> None:
        scale = f"{item.options.scale}×"
        if all(item.size):
            width, height = (side * item.options.scale for side in item.size)
            scale += f"  ·  {width:,} × {height:,}"
        bold = painter.font()
        bold.setBold(True)
        metrics, line = painter.fontMetrics(), painter.fontMetrics().height()
        wide = metrics.horizontalAdvance(scale)
        if wide + 120 > text.width():
            scale = f"{item.options.scale}×"
            wide = metrics.horizontalAdvance(scale)
        top = QRect(text.left(), text.top(), text.width(), line)
        painter.setPen(QColor(shown_theme().quiet))
        painter.drawText(top, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, scale)
        painter.setFont(bold)
        painter.setPen(QColor(shown_theme().text))
        room = text.width() - wide - 12
        name = visible_line(shown_name(item.photo))
        name = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(top, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        bold.setBold(False)
        painter.setFont(bold)
        theme = shown_theme()
        colours = {State.FAILED: theme.trouble_text, State.DONE: theme.good_text}
        painter.setPen(QColor(colours.get(item.state, theme.quiet)))
        said = visible_line(state_text(model.queue, item))
        said = metrics.elidedText(said, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(
            top.translated(0, line + 3),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            said,
        )


def _paint_bar(painter: QPainter, text: QRect, part: float) -> None:
    """Paint a thin bar at the bottom of a row."""
    whole = QRect(text.left(), text.bottom() - BAR_HEIGHT + 1, text.width(), BAR_HEIGHT)
    painter.fillRect(whole, QColor(shown_theme().line))
    whole.setWidth(round(whole.width() * part))
    painter.fillRect(whole, QColor(shown_theme().accent))
