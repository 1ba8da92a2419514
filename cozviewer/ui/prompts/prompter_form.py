"""Who describes what is seen, and what they are asked: half of the Chain-of-Zoom dialog."""

from dataclasses import replace

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)

from cozviewer.config.choice import PrompterChoice
from cozviewer.config.questions import FIELDS, Questions
from cozviewer.ui.widgets.path_field import PathField
from cozviewer.ui.widgets.plain import Label

WHO = (
    ("qwen", "A vision model on this computer"),
    ("server", "A vision model on a server"),
    ("text", "My own words alone"),
    ("none", "Nobody: no words"),
)

OWN_WORDING = "Own wording"

ASKED = ("qwen", "server")
"""Those who are asked a question."""

TEXT_HEIGHT = 58
"""Of a question's box: three lines."""


class PrompterForm(QWidget):
    """A form for a `PrompterChoice`; only what matters for the chosen one is shown."""

    def __init__(self, choice: PrompterChoice) -> None:
        super().__init__()
        self._choice = choice
        self.who = QComboBox()
        for name, title in WHO:
            self.who.addItem(title, name)
        self.qwen = PathField(
            "A folder with a vision model",
            folder=True,
            hint="Qwen2.5-VL-3B-Instruct as downloaded; or a folder, or another hub name",
        )
        self.adapter = PathField("A folder with an adapter", folder=True, hint="None")
        self.server = QLineEdit()
        self.server.setPlaceholderText("localhost:11434")
        self.server_model = QLineEdit()
        self.server_model.setPlaceholderText("qwen2.5vl:3b")
        self.field = QComboBox()
        for field in FIELDS:
            self.field.addItem(field.title, field.questions)
        self.field.addItem(OWN_WORDING)
        self.one, self.two = _question_box(), _question_box()
        self.tokens = QSpinBox()
        self.tokens.setRange(1, 1024)
        self.tokens.setSuffix(" tokens")
        self.words = QLineEdit()
        self._words_label = Label()

        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, 120)
        self._rows: list[tuple[tuple[str, ...], QWidget, QWidget]] = []
        everybody = tuple(name for name, _ in WHO)
        rows: tuple[tuple[tuple[str, ...], QLabel, QWidget], ...] = (
            (everybody, Label("Described by"), self.who),
            (("qwen",), Label("Vision model"), self.qwen),
            (("qwen",), Label("Adapter"), self.adapter),
            (("server",), Label("Address"), self.server),
            (("server",), Label("Model there"), self.server_model),
            (ASKED, Label("Kind of picture"), self.field),
            (ASKED, Label("Question"), self.one),
            (ASKED, Label("…with the\nwider view"), self.two),
            (ASKED, Label("Answer up to"), self.tokens),
            ((*ASKED, "text"), self._words_label, self.words),
        )
        for row, (whom, label, widget) in enumerate(rows):
            tall = isinstance(widget, QPlainTextEdit)
            side = Qt.AlignmentFlag.AlignTop if tall else Qt.AlignmentFlag.AlignVCenter
            grid.addWidget(label, row, 0, side)
            grid.addWidget(widget, row, 1)
            self._rows.append((whom, label, widget))
        self._fill(choice)
        self.who.currentIndexChanged.connect(self._show_rows)
        self.field.activated.connect(self._show_field)
        for box in (self.one, self.two):
            box.textChanged.connect(self._name_field)
        self._show_rows()

    @property
    def choice(self) -> PrompterChoice:
        """What the form says."""
        return replace(
            self._choice,
            name=self.who.currentData(),
            words=self.words.text().strip(),
            qwen=self.qwen.text,
            adapter=self.adapter.path,
            server=self.server.text().strip(),
            server_model=self.server_model.text().strip(),
            questions=self._questions(),
            max_tokens=self.tokens.value(),
        )

    def trouble(self) -> str:
        """Return what is missing as a sentence, or ""."""
        choice = self.choice
        if choice.name == "text" and not choice.words:
            return "Say in your own words what the picture shows, or choose who describes it."
        if choice.name == "server" and not (choice.server and choice.server_model):
            return "Name the server's address and the model there."
        if choice.name in ASKED and not (choice.questions.one and choice.questions.two):
            return "A vision model wants both questions: choose a kind of picture to restore them."
        return ""

    def _fill(self, choice: PrompterChoice) -> None:
        self.who.setCurrentIndex(self.who.findData(choice.name))
        self.qwen.show_path(choice.qwen)
        self.adapter.show_path(choice.adapter)
        self.server.setText(choice.server)
        self.server_model.setText(choice.server_model)
        self.one.setPlainText(choice.questions.one)
        self.two.setPlainText(choice.questions.two)
        self.tokens.setValue(choice.max_tokens)
        self.words.setText(choice.words)
        self._name_field()

    def _questions(self) -> Questions:
        return Questions(self.one.toPlainText().strip(), self.two.toPlainText().strip())

    @Slot()
    def _show_rows(self) -> None:
        who = self.who.currentData()
        for whom, label, widget in self._rows:
            label.setVisible(who in whom)
            widget.setVisible(who in whom)
        self._words_label.setText("My words" if who == "text" else "Add my words")
        self.words.setPlaceholderText(
            "ginger cat, long whiskers" if who == "text" else "Nothing; else said after the model's"
        )

    @Slot(int)
    def _show_field(self, index: int) -> None:
        """Put a field's questions into the boxes, to be changed there."""
        questions = self.field.itemData(index)
        if isinstance(questions, Questions):
            self.one.setPlainText(questions.one)
            self.two.setPlainText(questions.two)

    @Slot()
    def _name_field(self) -> None:
        """Name the field whose questions stand in the boxes."""
        asked = self._questions()
        known = [field.title for field in FIELDS if field.questions == asked]
        self.field.setCurrentText(known[0] if known else OWN_WORDING)


def _question_box() -> QPlainTextEdit:
    box = QPlainTextEdit()
    box.setFixedHeight(TEXT_HEIGHT)
    box.setTabChangesFocus(True)
    return box
