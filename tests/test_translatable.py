"""All text that a person reads in the window can be translated: a check of the source code."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

import cozviewer
from cozviewer.util.errors import CozviewerError
from tests.translatable import ERRORS, offenders, offenders_in, sources

PACKAGES = (
    "app.py",
    "export",
    "ui",
    "util",
    "image",
    "pyramid",
    "chain",
    "cluster",
    "config",
    "session",
    "evaluate",
    "models",
    "jobs",
    "assembly.py",
)
"""What is checked."""


@pytest.mark.parametrize("package", PACKAGES)
def test_all_text_can_be_translated(package: str) -> None:
    found = [each for path in sources([package]) for each in offenders_in(path)]
    assert not found, "\n".join(map(str, found))


def test_the_command_line_stays_english() -> None:
    names = {path.parts[-2] for path in sources()} | {path.name for path in sources()}
    assert {"ui", "export", "app.py"} <= names
    assert not {"commands", "cli.py", "__main__.py"} & names


def errors_below(kind: type[CozviewerError]) -> Iterator[type[CozviewerError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from errors_below(each)


def test_all_our_exceptions_are_looked_at() -> None:
    for package in ("chain", "cluster", "export", "image", "pyramid", "session", "util"):
        folder = Path(cozviewer.__file__).parent / package
        for module in pkgutil.walk_packages([str(folder)], f"cozviewer.{package}."):
            importlib.import_module(module.name)
    ours = {
        each.__name__
        for each in errors_below(CozviewerError)
        if each.__module__.startswith("cozviewer.")
        and not each.__module__.startswith("cozviewer.commands.")
    }
    assert ours == set(ERRORS)


@pytest.mark.parametrize(
    "source",
    [
        'def f(): return translate("Menu", "Open {name}").format(name=f"{1} x")',
        'KEPT = QT_TRANSLATE_NOOP("Menu", "Open")\ndef f(): return translate_marked("Menu", KEPT)',
        'def f(n): return translate("Menu", "%n tile(s)", None, n)',
        'def f(path): raise BadInput(f"{path}")',
        'def f(name): raise BadInput(translate("Error", "{name} is lost.").format(name=name))',
        'def f(button): button.setText("×")',
        'def f(label): label.setText("cozviewer 1.0")',
        'def f(label, x): label.setText(translate("Menu", "On") if x else f"{x:.0f} px")',
        'def f(menu): menu.addAction(icon("open"), translate("Menu", "Open"), act)',
        'def f(box): box.addItem(translate("Menu", "Auto"), {"key": "a b"})',
        'def f(widget): widget.setObjectName("status bar")',
        'tell = lambda: translate("Menu", "Open")',
    ],
)
def test_translated_text_passes(source: str) -> None:
    assert offenders(source, "ui/example.py") == []


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ('def f(x): translate("Menu", x)', "translate with text that is not a literal"),
        ('def f(x): translate(x, "Open")', "translate with text that is not a literal"),
        ('def f(x): translate("Menu", f"Open {x}")', "translate with an f-string"),
        ('def f(n): translate("Menu", "%n", n=n)', "translate with keyword arguments"),
        ('TEXT = translate("Menu", "Open")', "translate before the language is known"),
        ('def f(x=translate("Menu", "Open")): ...', "translate before the language is known"),
        ('class A:\n    x = translate("Menu", "Open")', "translate before the language is known"),
        ('X = translate_marked("Menu", Y)', "translate_marked before the language is known"),
        ("X = QT_TRANSLATE_NOOP(A, B)", "QT_TRANSLATE_NOOP with text that is not a literal"),
        ('def f(x): translate("A", "{a}").format(b=x)', "placeholders ['a'] filled by ['b']"),
        ('def f(): raise BadInput("no file")', "BadInput with 'no file'"),
        ('def f(x): raise Failure(f"{x} is full")', "Failure with '{} is full'"),
        ('def f(x): raise Failure("The " "{x} is.".format(x=x))', "Failure with 'The {x} is.'"),
        ('def f(x): return Cancelled("is done" + x)', "Cancelled with 'is done'"),
        ('def f(x): self.notice("It is done.")', "notice with 'It is done.'"),
        ('def f(x): Progress("Writing it", 0)', "Progress with 'Writing it'"),
        ('def f(x): Mark(GREY, "Not known")', "Mark with 'Not known'"),
        ('def f(x): x.setText("Open")', "setText with 'Open'"),
        ('def f(x): x.setText("A" if x else "Two")', "setText with 'Two'"),
        ("def f(x): x.setText(f\"{x or 'Two'}\")", "setText with 'Two'"),
        ('def f(x): x.setText(", then ".join(x))', "setText with ', then '"),
        ('def f(x): x.addAction(icon, "&Open…", act)', "addAction with '&Open…'"),
        ('def f(x): tabs.addTab(x, "Size")', "addTab with 'Size'"),
        ('def f(x): Label(parent=x, text="Size")', "Label with 'Size'"),
        (
            'def f(x): QFileDialog.getOpenFileName(x, "Choose", "a", "")',
            "getOpenFileName with 'Choose'",
        ),
    ],
)
def test_other_text_is_found(source: str, why: str) -> None:
    assert why in [each.why for each in offenders(dedent(source), "ui/example.py")]


def test_text_of_widgets_is_looked_for_in_the_window_alone() -> None:
    assert offenders('def f(x): x.addItem("Open")', "models/example.py") == []
