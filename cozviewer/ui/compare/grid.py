"""The grid: up to four images, each chosen from a menu at its label."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QActionGroup, QColor, QCursor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QToolButton

from cozviewer.config.choice import EngineChoice
from cozviewer.ui.compare.compared_images import (
    GENERATED,
    OTHER_SETTINGS,
    SOURCES,
    Content,
    translated,
)
from cozviewer.ui.compare.comparison_documents import ComparisonDocuments
from cozviewer.ui.compare.engine_offers import EngineOffers
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.compare.panes import MOST_PANES, ComparePanes
from cozviewer.ui.compare.side_labels import CORNER, MARGIN, label_box
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.labels import INK, PLATE
from cozviewer.ui.widgets.plain import menu_text
from cozviewer.util.translation import translate

FEWEST_PANES = 2

DEFAULT: tuple[Content, ...] = (SOURCES[0], GENERATED, SOURCES[2], SOURCES[1])
"""Nothing is generated for a grid before other settings are chosen for a pane."""

CHEVRON = 26
"""Width of the part of a button beside the label, in logical pixels."""


class PaneButton(QToolButton):
    """Covers the label of a pane, which the pane paints itself, and opens the menu of the pane.

    Only its chevron is painted, beside the label: the label is in exports, the button is not.
    """

    def __init__(self, pane: Canvas) -> None:
        super().__init__(pane)
        self._pane = pane
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(translate("Compare", "Choose what this pane shows"))
        self.hide()

    def follow(self) -> None:
        """Cover the label of the pane as it is now."""
        box = self._label_box().toAlignedRect()
        width = min(box.width() + CHEVRON, self._pane.width() - MARGIN - box.x())
        self.setGeometry(QRect(box.topLeft(), QSize(width, box.height())))
        self.setAccessibleName(translate("Compare", "Pane: {label}").format(label=self._pane.label))
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pointed = self.rect().contains(self.mapFromGlobal(QCursor.pos()))
        active = pointed or self.hasFocus() or self.isDown()
        part = QRectF(self.rect())
        part.setLeft(part.right() - CHEVRON + 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(70, 74, 82, 230) if active else PLATE)
        painter.drawRoundedRect(part, CORNER, CORNER)
        painter.setPen(QPen(INK, 1.8, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        middle = part.center()
        painter.drawPolyline([middle + QPointF(dx, dy) for dx, dy in ((-4, -2), (0, 2), (4, -2))])
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), CORNER, CORNER)

    def _label_box(self) -> QRectF:
        pane = self._pane
        area = pane.rect().adjusted(0, 0, -CHEVRON, 0)
        return label_box(pane.label, area, pane.font())


class Grid(QObject):
    """Holds what the panes of the grid show, and changes it as its menus are used. GUI thread.

    The images stay chosen while the grid is left, but their documents are closed.

    Attributes:
        buttons: Those of the panes, in the order of `ComparePanes.canvases`.

    Signals:
        resized: (int) The grid has so many panes now.
    """

    resized = Signal(int)

    def __init__(
        self, panes: ComparePanes, documents: ComparisonDocuments, offers: EngineOffers
    ) -> None:
        """Hold the default grid.

        Args:
            documents: Opens the images with other settings.
        """
        super().__init__(panes)
        self._panes, self._documents, self._offers = panes, documents, offers
        self._contents: list[Content] = list(DEFAULT)
        self._count = MOST_PANES
        self._active = False
        self.buttons = [PaneButton(pane) for pane in panes.canvases]
        for button in self.buttons:
            menu = QMenu(button)
            menu.aboutToShow.connect(self._fill)
            menu.aboutToHide.connect(button.update)
            button.setMenu(menu)
        panes.labels.changed.connect(self._place_buttons)
        panes.area.arranged.connect(self._place_buttons)
        panes.set_grid(self.contents)

    @property
    def contents(self) -> tuple[Content, ...]:
        """What the panes show, from the upper left to the lower right."""
        return tuple(self._contents[: self._count])

    @Slot(object)
    def on_mode(self, mode: Mode | None) -> None:
        """Open the documents of the grid when it is shown, and close them when it is left."""
        if self._active == (mode is Mode.GRID):
            return
        self._active = mode is Mode.GRID
        settings = self._panes.comparison.settings
        plain = not any(isinstance(content, EngineChoice) for content in self._contents)
        if self._active and settings is not None and plain:
            self._contents[2] = settings  # what was compared last is of interest here, too
        self._apply()

    @Slot(int)
    def set_count(self, count: int) -> None:
        """Show so many panes, two to four."""
        self._count = min(MOST_PANES, max(FEWEST_PANES, count))
        self._apply()

    def choose(self, place: int, content: Content) -> None:
        """Have a pane show an image; one that another pane shows changes places with it."""
        if content in self._contents:
            other = self._contents.index(content)
            self._contents[other] = self._contents[place]
        self._contents[place] = content
        self._apply()

    def remove(self, place: int) -> None:
        """Close a pane."""
        self._contents.append(self._contents.pop(place))
        self.set_count(self._count - 1)

    def _apply(self) -> None:
        shown = self.contents if self._active else ()
        self._documents.set_grid([each for each in shown if isinstance(each, EngineChoice)])
        self._panes.set_grid(self.contents)
        self._place_buttons()
        self.resized.emit(self._count)

    @Slot()
    def _place_buttons(self) -> None:
        order = self._panes.area.order
        for pane, button in zip(self._panes.canvases, self.buttons, strict=True):
            shown = self._active and pane in order
            if button.hasFocus() and not shown:
                self._panes.generated.setFocus()
            button.setVisible(shown)
            pane.label_room = CHEVRON if shown else 0
            if not button.isHidden():
                button.follow()

    # -- the menu of a pane ----------------------------------------------------------------------

    @Slot()
    def _fill(self) -> None:
        """Write the menu that is about to be shown."""
        menu = self.sender()
        assert isinstance(menu, QMenu)
        pane = self._panes.canvases[[button.menu() for button in self.buttons].index(menu)]
        place = self._panes.area.order.index(pane)
        menu.clear()
        self._add_contents(menu, place)
        menu.addSeparator()
        add = menu.addAction(translate("Compare", "Add Pane"))
        add.triggered.connect(lambda: self.set_count(self._count + 1))
        add.setEnabled(self._count < MOST_PANES)
        close = menu.addAction(translate("Compare", "Close This Pane"))
        close.triggered.connect(lambda: self.remove(place))
        close.setEnabled(self._count > FEWEST_PANES)

    def _add_contents(self, menu: QMenu, place: int) -> None:
        group = QActionGroup(menu)
        present = self._contents[place]
        for text, content in self._offered(present):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(content == present)
            group.addAction(action)
            action.triggered.connect(lambda _checked=False, c=content: self.choose(place, c))
        other = menu.addAction(translate("Compare", "Other Settings…"))
        start = present if isinstance(present, EngineChoice) else None
        other.triggered.connect(
            lambda: self._offers.ask(start, lambda choice: self.choose(place, choice))
        )

    def _offered(self, present: Content) -> Sequence[tuple[str, Content]]:
        """Return the titles of the images on offer for a pane."""
        offered: list[tuple[str, Content]] = [
            (translate("Compare", "AI result (current settings)"), GENERATED),
            *((translated(side.title), side) for side in SOURCES),
        ]
        for title, choice in self._offers.simple():
            text = translate("Compare", "Engine: {name}").format(name=menu_text(title))
            offered.append((text, choice))
        if present not in [content for _, content in offered] and present is not OTHER_SETTINGS:
            offered.append((translate("Compare", "The settings of this pane"), present))
        return offered
