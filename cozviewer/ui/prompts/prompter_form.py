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
from cozviewer.config.fields import FIELDS
from cozviewer.config.questions import Questions
from cozviewer.ui.widgets.forms import name_field
from cozviewer.ui.widgets.path_field import PathField, file_filter
from cozviewer.ui.widgets.plain import Label
from cozviewer.util.translation import translate

ASKED = ("qwen", "server")
"""The prompters that take questions."""

TEXT_HEIGHT = 58
"""Height of the box of a question in logical pixels: three lines."""


class PrompterForm(QWidget):
    """A form for a `PrompterChoice`; only the fields of the chosen prompter are visible. It has one
    attribute for each input."""

    def __init__(self, choice: PrompterChoice) -> None:
        super().__init__()
        self._choice = choice
        self.who = QComboBox()
        prompters = prompter_titles()
        for name, title in prompters:
            self.who.addItem(title, name)
        self.qwen = PathField(
            translate("Prompts", "Choose the Folder of a Vision Model"),
            folder=True,
            hint=translate(
                "Prompts", "Automatic (downloaded Qwen2.5-VL-3B), or a folder or Hugging Face name"
            ),
        )
        self.adapter = PathField(
            translate("Prompts", "Choose the Folder of an Adapter"),
            folder=True,
            hint=translate("Prompts", "None"),
        )
        checkpoints = file_filter(
            (translate("Prompts", "Checkpoints"), "*.pth *.pt"),
            (translate("Prompts", "All files"), "*"),
        )
        texts = file_filter(
            (translate("Prompts", "Text files"), "*.txt"), (translate("Prompts", "All files"), "*")
        )
        self.ram = PathField(
            translate("Prompts", "Choose ram_swin_large_14m.pth"),
            folder=False,
            filter_=checkpoints,
            hint=translate("Prompts", "Automatic, or choose ram_swin_large_14m.pth"),
        )
        self.dape = PathField(
            translate("Prompts", "Choose DAPE.pth"),
            folder=False,
            filter_=checkpoints,
            hint=translate("Prompts", "Automatic, or choose DAPE.pth (optional)"),
        )
        self.ram_tags = PathField(
            translate("Prompts", "Choose ram_tag_list.txt"),
            folder=False,
            filter_=texts,
            hint=translate("Prompts", "Automatic, or choose ram_tag_list.txt"),
        )
        self.server = QLineEdit()
        self.server.setPlaceholderText("localhost:11434")
        self.server_model = QLineEdit()
        self.server_model.setPlaceholderText("qwen2.5vl:3b")
        self.field = QComboBox()
        for field in FIELDS:
            self.field.addItem(field.title, field.questions)
        self.field.addItem(translate("Prompts", "Custom"))
        self.one, self.two = _question_box(), _question_box()
        self.tokens = QSpinBox()
        self.tokens.setRange(1, 1024)
        before, _, after = translate("Prompts", "up to {count} tokens").partition("{count}")
        self.tokens.setPrefix(before)
        self.tokens.setSuffix(after)
        self.prompt = QLineEdit()
        self._prompt_label = Label()

        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, 120)
        self._rows: list[tuple[tuple[str, ...], QWidget, QWidget]] = []
        every_name = tuple(name for name, _ in prompters)
        rows: tuple[tuple[tuple[str, ...], QLabel, QWidget], ...] = (
            (every_name, Label(translate("Prompts", "Prompt source")), self.who),
            (("qwen",), Label(translate("Prompts", "Vision model")), self.qwen),
            (("qwen",), Label(translate("Prompts", "Adapter")), self.adapter),
            (("tags",), Label(translate("Prompts", "Tagger (RAM)")), self.ram),
            (("tags",), Label(translate("Prompts", "Fine-tuning (DAPE)")), self.dape),
            (("tags",), Label(translate("Prompts", "List of tags")), self.ram_tags),
            (("server",), Label(translate("Prompts", "Server address")), self.server),
            (("server",), Label(translate("Prompts", "Model name")), self.server_model),
            (ASKED, Label(translate("Prompts", "Image type")), self.field),
            (ASKED, Label(translate("Prompts", "Question")), self.one),
            (ASKED, Label(translate("Prompts", "Question for\nclose-ups")), self.two),
            (ASKED, Label(translate("Prompts", "Answer length")), self.tokens),
            ((*ASKED, "tags", "text"), self._prompt_label, self.prompt),
        )
        for row, (whom, label, widget) in enumerate(rows):
            tall = isinstance(widget, QPlainTextEdit)
            side = Qt.AlignmentFlag.AlignTop if tall else Qt.AlignmentFlag.AlignVCenter
            name_field(label, widget)
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
            ram=self.ram.path,
            dape=self.dape.path,
            ram_tags=self.ram_tags.path,
            server=self.server.text().strip(),
            server_model=self.server_model.text().strip(),
            questions=self._questions(),
            max_tokens=self.tokens.value(),
        )

    def trouble(self) -> str:
        """Return a message about missing input, or ""."""
        choice = self.choice
        if choice.name == "text" and not choice.words:
            return translate("Prompts", "Enter a prompt, or choose a vision model.")
        if choice.name == "server" and not (choice.server and choice.server_model):
            return translate("Prompts", "Enter the server's address and the model's name.")
        if choice.name in ASKED and not (choice.questions.one and choice.questions.two):
            return translate(
                "Prompts", "Enter both questions, or pick an image type to restore the defaults."
            )
        return ""

    def _fill(self, choice: PrompterChoice) -> None:
        self.who.setCurrentIndex(self.who.findData(choice.name))
        self.qwen.show_path(choice.qwen)
        self.adapter.show_path(choice.adapter)
        self.ram.show_path(choice.ram)
        self.dape.show_path(choice.dape)
        self.ram_tags.show_path(choice.ram_tags)
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
        if who == "text":
            self._prompt_label.setText(translate("Prompts", "Prompt"))
            self.prompt.setPlaceholderText(translate("Prompts", "ginger cat, long whiskers"))
        else:
            self._prompt_label.setText(translate("Prompts", "Additional text"))
            hint = translate("Prompts", "Optional text added to the description")
            self.prompt.setPlaceholderText(hint)

    @Slot(int)
    def _show_field(self, index: int) -> None:
        """Fill in the questions of an image type; they can be edited."""
        questions = self.field.itemData(index)
        if isinstance(questions, Questions):
            self.one.setPlainText(questions.one)
            self.two.setPlainText(questions.two)

    @Slot()
    def _name_field(self) -> None:
        """Select the image type whose questions are entered."""
        asked = self._questions()
        known = [index for index, field in enumerate(FIELDS) if field.questions == asked]
        self.field.setCurrentIndex(known[0] if known else self.field.count() - 1)


def prompter_titles() -> tuple[tuple[str, str], ...]:
    """Return the prompters: (value of `PrompterChoice.name`, title)."""
    return (
        ("qwen", translate("Prompts", "A vision model on this computer")),
        ("server", translate("Prompts", "A vision model on a server")),
        ("tags", translate("Prompts", "An image tagger on this computer (RAM)")),
        ("text", translate("Prompts", "My prompt only")),
        ("none", translate("Prompts", "No prompt")),
    )


def _question_box() -> QPlainTextEdit:
    box = QPlainTextEdit()
    box.setFixedHeight(TEXT_HEIGHT)
    box.setTabChangesFocus(True)
    return box
