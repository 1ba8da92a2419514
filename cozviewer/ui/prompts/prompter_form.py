"""Where prompts come from: a part of the settings of Chain-of-Zoom."""

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
    ("text", "My prompt only"),
    ("none", "No prompt"),
)

OWN_WORDING = "Custom"

ASKED = ("qwen", "server")
"""The prompters that are asked questions."""

TEXT_HEIGHT = 58
"""Height of the box of a question in logical pixels: three lines."""


class PrompterForm(QWidget):
    """A form for a `PrompterChoice`; only the fields of the chosen prompter are visible."""

    def __init__(self, choice: PrompterChoice) -> None:
        super().__init__()
        self._choice = choice
        self.who = QComboBox()
        for name, title in WHO:
            self.who.addItem(title, name)
        self.qwen = PathField(
            "Choose the Folder of a Vision Model",
            folder=True,
            hint="Automatic (downloaded Qwen2.5-VL-3B), or a folder or Hugging Face name",
        )
        self.adapter = PathField("Choose the Folder of an Adapter", folder=True, hint="None")
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
        self.tokens.setPrefix("up to ")
        self.tokens.setSuffix(" tokens")
        self.prompt = QLineEdit()
        self._prompt_label = Label()

        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, 120)
        self._rows: list[tuple[tuple[str, ...], QWidget, QWidget]] = []
        every_name = tuple(name for name, _ in WHO)
        rows: tuple[tuple[tuple[str, ...], QLabel, QWidget], ...] = (
            (every_name, Label("Prompts from"), self.who),
            (("qwen",), Label("Vision model"), self.qwen),
            (("qwen",), Label("Adapter"), self.adapter),
            (("server",), Label("Server address"), self.server),
            (("server",), Label("Model name"), self.server_model),
            (ASKED, Label("Picture type"), self.field),
            (ASKED, Label("Question"), self.one),
            (ASKED, Label("Question for\nclose-ups"), self.two),
            (ASKED, Label("Answer length"), self.tokens),
            ((*ASKED, "text"), self._prompt_label, self.prompt),
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
        """The choice as entered."""
        return replace(
            self._choice,
            name=self.who.currentData(),
            words=self.prompt.text().strip(),
            qwen=self.qwen.text,
            adapter=self.adapter.path,
            server=self.server.text().strip(),
            server_model=self.server_model.text().strip(),
            questions=self._questions(),
            max_tokens=self.tokens.value(),
        )

    def trouble(self) -> str:
        """Return a message about missing input, or ""."""
        choice = self.choice
        if choice.name == "text" and not choice.words:
            return "Enter a prompt, or choose a vision model."
        if choice.name == "server" and not (choice.server and choice.server_model):
            return "Enter the server's address and the model's name."
        if choice.name in ASKED and not (choice.questions.one and choice.questions.two):
            return "Enter both questions, or pick a picture type to restore the defaults."
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
        self.prompt.setText(choice.words)
        self._name_field()

    def _questions(self) -> Questions:
        return Questions(self.one.toPlainText().strip(), self.two.toPlainText().strip())

    @Slot()
    def _show_rows(self) -> None:
        who = self.who.currentData()
        for whom, label, widget in self._rows:
            label.setVisible(who in whom)
            widget.setVisible(who in whom)
        self._prompt_label.setText("Prompt" if who == "text" else "Additional text")
        self.prompt.setPlaceholderText(
            "ginger cat, long whiskers"
            if who == "text"
            else "Optional text added to the description"
        )

    @Slot(int)
    def _show_field(self, index: int) -> None:
        """Fill in the questions of a picture type; they can be edited."""
        questions = self.field.itemData(index)
        if isinstance(questions, Questions):
            self.one.setPlainText(questions.one)
            self.two.setPlainText(questions.two)

    @Slot()
    def _name_field(self) -> None:
        """Select the picture type whose questions are entered."""
        asked = self._questions()
        known = [field.title for field in FIELDS if field.questions == asked]
        self.field.setCurrentText(known[0] if known else OWN_WORDING)


def _question_box() -> QPlainTextEdit:
    box = QPlainTextEdit()
    box.setFixedHeight(TEXT_HEIGHT)
    box.setTabChangesFocus(True)
    return box
