"""The models that can be downloaded: what is installed, their licences, and getting the rest."""

from collections.abc import Callable, Sequence
from html import escape

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cozviewer.jobs.files.download_job import DownloadJob, DownloadRequest, Fetch
from cozviewer.jobs.threads import start_thread, stop_thread
from cozviewer.ui.widgets.forms import FRAME, resize_on_screen
from cozviewer.ui.widgets.plain import Label
from cozviewer.ui.widgets.theme import quiet
from cozviewer.util.downloads import DownloadProgress, Offer
from cozviewer.util.translation import translate
from cozviewer.util.units import bytes_text, duration_text

WIDTH, HEIGHT = 700, 780
"""Size of the dialog in logical pixels, where the screen has room."""

Offers = Callable[[], Sequence[Offer]]
"""Returns all models with their state; quick, without network access."""


class ModelCard(QFrame):
    """One model: its description, its state and a button.

    Signals:
        wanted: (str) the user clicked Download for this model.
        stop_wanted: the user stops its download.
    """

    wanted = Signal(str)
    stop_wanted = Signal()

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self.setObjectName("card")
        self.offer = offer
        self._fetching = False
        title = Label(offer.title)
        title.setStyleSheet("font-weight: 600;")
        self.state = Label()
        self.button = QPushButton()
        self.button.clicked.connect(self._on_clicked)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(title)
        head.addWidget(self.state, 1, Qt.AlignmentFlag.AlignRight)
        head.addWidget(self.button)
        self.about = _text()
        self.page = _link()
        self.note = _text()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(
            translate("Models", "Download of {model}").format(model=offer.title)
        )
        self.bar.setFixedHeight(6)
        self.bar.setRange(0, 1000)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.about)
        column.addWidget(self.page)
        column.addWidget(self.bar)
        column.addWidget(self.note)
        self.show_offer(offer)

    def show_offer(self, offer: Offer) -> None:
        """Show the state of the model while it is not being downloaded."""
        self.offer = offer
        self._fetching = False
        here = not offer.problem
        self.state.setText(
            translate("Models", "Installed")
            if here
            else translate("Models", "About {size}").format(size=bytes_text(offer.size))
        )
        self.about.setText(
            offer.purpose
            + "\n"
            + translate("Models", "Licence: {licence}.").format(licence=offer.licence)
            + (f"\n{offer.checked}" if offer.checked else "")
        )
        self.page.setText(_link_to(offer.page, translate("Models", "Web page")))
        self.note.setText(offer.where if here else "\n".join(offer.steps))
        self.note.setVisible(bool(self.note.text()))
        self.bar.hide()
        self.button.setText(translate("Models", "Download"))
        self.button.setVisible(not here and not offer.steps)

    def show_progress(self, progress: DownloadProgress | None) -> None:
        """Show the progress of the download; None while it starts."""
        self._fetching = True
        self.button.setText(translate("Models", "Stop"))
        self.bar.show()
        self.note.show()
        if progress is None or not progress.total:
            self.bar.setRange(0, 0)
            self.note.setText(translate("Models", "Preparing download…"))
            return
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(1000 * progress.done / progress.total))
        parts = [
            translate("Models", "{done} of {total}").format(
                done=bytes_text(progress.done), total=bytes_text(progress.total)
            )
        ]
        if progress.seconds_left is not None:
            left = duration_text(progress.seconds_left)
            parts.append(translate("Models", "{time} left").format(time=left))
        self.note.setText(" · ".join([*parts, progress.file]))

    def show_trouble(self, sentence: str) -> None:
        """Show why the download failed or that it was stopped."""
        self.show_offer(self.offer)
        self.note.setText(sentence)
        self.note.show()

    def set_busy(self, busy: bool) -> None:
        """Disable the button while another model is being downloaded."""
        self.button.setEnabled(not busy or self._fetching)

    @Slot()
    def _on_clicked(self) -> None:
        if self._fetching:
            self.stop_wanted.emit()
        else:
            self.wanted.emit(self.offer.name)


class ModelsDialog(QDialog):
    """The dialog; it lives as long as its window.

    Nothing is downloaded unless a button is pressed. Hiding the dialog stops a download; what was
    downloaded is kept.
    """

    _download = Signal(object)

    def __init__(self, offers: Offers, fetch: Fetch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Models", "Models"))
        self.setMinimumWidth(min(WIDTH, self.screen().availableSize().width() - FRAME))
        self._offers = offers
        self._request: DownloadRequest | None = None
        self._job = DownloadJob(fetch)
        self._job.progressed.connect(self._on_progress)
        self._job.fetched.connect(self._on_fetched)
        self._job.ended.connect(self._on_ended)
        self._download.connect(self._job.download)
        self._thread = start_thread("downloads", self._job)
        self.intro = _text()
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(self.intro)
        inside = QWidget()
        listing = QVBoxLayout(inside)
        listing.setContentsMargins(0, 0, 0, 0)
        listing.setSpacing(12)
        self.cards = [ModelCard(offer) for offer in offers()]
        self.intro.setText(intro_text([card.offer for card in self.cards]))
        for card in self.cards:
            card.wanted.connect(self._start)
            card.stop_wanted.connect(self._stop)
            listing.addWidget(card)
        listing.addStretch(1)
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it scrolls to what has the focus in it
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        column.addWidget(area, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        resize_on_screen(self, WIDTH, HEIGHT)

    @Slot(str)
    def _start(self, name: str) -> None:
        if self._request is not None:
            return
        self._request = DownloadRequest(name)
        self._card(self._request).show_progress(None)
        self._show_busy()
        self._download.emit(self._request)

    @Slot()
    def _stop(self) -> None:
        if self._request is not None:
            self._request.cancelled.set()
            self._card(self._request).note.setText(translate("Models", "Stopping…"))

    @Slot(object, object)
    def _on_progress(self, request: DownloadRequest, progress: DownloadProgress) -> None:
        if not request.cancelled.is_set():
            self._card(request).show_progress(progress)

    @Slot(object)
    def _on_fetched(self, request: DownloadRequest) -> None:
        self._request = None
        self._show_offers()
        self._show_busy()

    @Slot(object, str)
    def _on_ended(self, request: DownloadRequest, sentence: str) -> None:
        self._request = None
        self._card(request).show_trouble(
            sentence or translate("Models", "Paused. Download resumes where it stopped.")
        )
        self._show_busy()

    def _show_offers(self) -> None:
        offers = self._offers()
        for card, offer in zip(self.cards, offers, strict=True):
            card.show_offer(offer)
        self.intro.setText(intro_text(offers))

    def _show_busy(self) -> None:
        for card in self.cards:
            card.set_busy(self._request is not None)

    def _card(self, request: DownloadRequest) -> ModelCard:
        return next(card for card in self.cards if card.offer.name == request.name)

    def open(self) -> None:
        """Show the dialog with the current state of the models."""
        if self._request is None:
            self._show_offers()
        super().open()

    def done(self, result: int) -> None:
        """Hide the dialog and stop a download."""
        self._stop()
        super().done(result)

    def shut_down(self) -> None:
        """Stop a download and end the thread; call once, before the dialog is deleted."""
        self._stop()
        stop_thread(self._thread)


def intro_text(offers: Sequence[Offer]) -> str:
    """Return the text above the models: how much has to be downloaded."""
    size = sum(offer.size for offer in offers if offer.problem)
    if not size:
        return translate(
            "Models",
            "Real-ESRGAN is built in. The models of the other engines are installed. Everything"
            " runs on this computer.",
        )
    return translate(
        "Models",
        "Real-ESRGAN is built in. The other engines need models below, of which {size} are"
        " missing. Everything runs on this computer.",
    ).format(size=bytes_text(size))


def _text(text: str = "") -> Label:
    label = Label(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    quiet(label)
    return label


def _link() -> QLabel:
    """Return a label for a link, the only text here that is markup."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setOpenExternalLinks(True)
    return label


def _link_to(address: str, text: str) -> str:
    """Return the markup of a link."""
    return f"<a href='{escape(address)}'>{escape(text)}</a>"
