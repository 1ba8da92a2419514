"""Finds visible text in the source code that is not passed through `translate`.

`python -m tests.translatable` prints every offender of the whole program, and
`python -m tests.translatable --prose ui export` also prints every other literal of several words in
these packages, for a person to look through.
"""

import argparse
import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

ROOT = Path(__file__).parents[1] / "cozviewer"

ENGLISH = ("commands", "cli.py", "__main__.py", "align", "models/align")
"""What stays English: the command line, and what only a command runs."""

ALLOWED = {
    "cozviewer": "the name of the program",
    "Real-ESRGAN": "the name of an engine",
    "Chain-of-Zoom": "the name of an engine",
    "PiSA-SR": "the name of an engine",
    "GitHub": "the name of a site",
    "MIT": "the name of a licence",
    "CPU": "the same in every language",
    "GPU": "the same in every language",
    "px": "a unit, the same in every language",
    "fps": "a unit, the same in every language",
    "kB": "a unit, the same in every language",
    "MB": "a unit, the same in every language",
    "GB": "a unit, the same in every language",
    "TB": "a unit, the same in every language",
    "localhost": "an address",
    "qwen2.5vl:3b": "the name of a model",
    "Esc": "the label of a key",
    "Ctrl": "the label of a key",
}
"""Words that need no translation, and why."""

LOOKUPS = ("translate", "translate_marked", "QT_TRANSLATE_NOOP")
"""What makes a text translatable; `translate_marked` looks up texts of marked tables."""

ERRORS = (
    "ClusterLost",
    "CozviewerError",
    "BadInput",
    "Cancelled",
    "Failure",
    "HugeImage",
    "MissingLibrary",
    "NameTaken",
    "SourceMissing",
    "TileMissing",
)
"""Exceptions whose messages the window shows. A test compares them with the source code."""

TOLD = ("Mark", "Progress", "notice", "show_message", "tell", "report_stage", "_notice_once")
"""Calls whose first argument the window shows."""

SETTERS: dict[str, tuple[int, ...]] = {
    "setText": (0,),
    "setPlainText": (0,),
    "setInformativeText": (0,),
    "setDetailedText": (0,),
    "setLabelText": (0,),
    "setTitle": (0,),
    "setWindowTitle": (0,),
    "setToolTip": (0,),
    "setStatusTip": (0,),
    "setWhatsThis": (0,),
    "setPlaceholderText": (0,),
    "setSpecialValueText": (0,),
    "setPrefix": (0,),
    "setSuffix": (0,),
    "setAccessibleName": (0,),
    "setAccessibleDescription": (0,),
    "setItemText": (1,),
    "setTabText": (1,),
    "addAction": (0, 1),
    "addMenu": (0, 1),
    "addButton": (0,),
    "addItem": (0, 1),
    "addItems": (0,),
    "addRow": (0,),
    "addSection": (0,),
    "addTab": (1, 2),
    "addToolBar": (0,),
    "insertItem": (1,),
    "QAction": (0, 1),
    "QCheckBox": (0,),
    "QDockWidget": (0,),
    "QGroupBox": (0,),
    "QLabel": (0,),
    "QMenu": (0,),
    "QMessageBox": (1, 2),
    "QPushButton": (0,),
    "QRadioButton": (0,),
    "QToolBar": (0,),
    "Label": (0,),
    "ElidingLabel": (0,),
    "drawText": (1, 2, 3, 4, 5),
    "getExistingDirectory": (1,),
    "getItem": (1, 2),
    "getOpenFileName": (1, 3),
    "getOpenFileNames": (1, 3),
    "getSaveFileName": (1, 3),
    "getText": (1, 2),
    "message_box": (0, 1, 2, 3),
    "show_message": (0, 1),
    "show_note": (0,),
    "tool_tip": (0,),
    "warn": (0, 1, 2),
}
"""Methods, functions and widgets that show text, and which of their arguments are text."""

TEXT_KEYWORDS = ("label", "text", "tip", "title", "toolTip")
"""Names of arguments that are text, in the calls of `SETTERS`."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_LONG_WORD = re.compile(r"[a-z]{2,}")
_SQL = re.compile(r"\b(SELECT|PRAGMA|INSERT|UPDATE|DELETE|CREATE|BEGIN|FROM)\b")


@dataclass(frozen=True, slots=True)
class Offender:
    """A place in the source code.

    Attributes:
        path: The file, relative to the package.
        line: Its line.
        why: What is wrong there.
    """

    path: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"cozviewer/{self.path}:{self.line}: {self.why}"


def sources(packages: Sequence[str] = ()) -> list[Path]:
    """Return the files of packages and modules ("ui", "app.py"); of all but `ENGLISH` if none."""
    files = sorted(ROOT.rglob("*.py"))
    kept = [path for path in files if not _is_english(path)]
    if not packages:
        return kept
    return [path for path in kept if path.relative_to(ROOT).parts[0] in packages]


def _is_english(path: Path) -> bool:
    """Return whether a file is part of ENGLISH."""
    name = path.relative_to(ROOT).as_posix()
    return any(name == each or name.startswith(f"{each}/") for each in ENGLISH)


def offenders_in(path: Path) -> list[Offender]:
    """Return what is not translatable in a file."""
    return offenders(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())


def offenders(source: str, path: str) -> list[Offender]:
    """Return what is not translatable in source code.

    Args:
        source: Python.
        path: Names it; text of widgets is looked for below "ui/" alone.
    """
    tree = ast.parse(source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = (
        [*_wrong_calls(tree, calls), *_unfilled(calls), *_told(calls)]
        if path != "util/translation.py"
        else []
    )
    if path.startswith(("ui/", "app.py")):
        found += _shown(calls)
    return sorted({Offender(path, *place) for place in found}, key=lambda each: each.line)


def prose_in(path: Path) -> list[Offender]:
    """Return literals of several words in a file, whether a person sees them or not."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed = set[ast.AST]()
    for node in ast.walk(tree):
        if (isinstance(node, ast.Call) and _name(node) in (*LOOKUPS, "getLogger")) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ):
            passed.update(ast.walk(node))
        elif isinstance(node, ast.JoinedStr):
            passed.update(part for part in ast.walk(node) if part is not node)
    return [
        Offender(path.relative_to(ROOT).as_posix(), node.lineno, f"prose: {ast.unparse(node)}")
        for node in ast.walk(tree)
        if node not in passed
        and isinstance(node, ast.Constant | ast.JoinedStr)
        and _is_prose(_literal(node))
        and not _SQL.search(_literal(node))
    ]


def marked_texts(source: str) -> Iterator[tuple[int, str, bool | None]]:
    """Yield (line, text, whether it gets a number or None if unknown) of translatable texts."""
    for node in ast.walk(ast.parse(source)):
        name = _name(node) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name in ("translate", "QT_TRANSLATE_NOOP"):
            text = node.args[1] if len(node.args) > 1 else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                numbered = None if name == "QT_TRANSLATE_NOOP" else len(node.args) == 4
                yield node.lineno, text.value, numbered


def _wrong_calls(tree: ast.Module, calls: Sequence[ast.Call]) -> Iterator[tuple[int, str]]:
    """Yield calls of translation functions that cannot work."""
    early = set(_run_on_import(tree))
    for node in calls:
        if not isinstance(node.func, ast.Name):
            continue
        name = node.func.id
        if name not in LOOKUPS:
            continue
        if node.keywords:
            yield node.lineno, f"{name} with keyword arguments"
        literals = node.args[:1] if name == "translate_marked" else node.args[:3]
        for argument in literals:
            if isinstance(argument, ast.JoinedStr):
                yield node.lineno, f"{name} with an f-string"
            elif not isinstance(argument, ast.Constant):
                yield node.lineno, f"{name} with text that is not a literal"
        if name != "QT_TRANSLATE_NOOP" and node in early:
            yield node.lineno, f"{name} before the language is known"


def _unfilled(calls: Sequence[ast.Call]) -> Iterator[tuple[int, str]]:
    """Yield texts whose placeholders are not those that `format` fills in."""
    for node in calls:
        if not isinstance(node.func, ast.Attribute):
            continue
        inner = node.func.value
        if node.func.attr != "format" or not isinstance(inner, ast.Call):
            continue
        text = inner.args[1] if _name(inner) == "translate" and len(inner.args) > 1 else None
        if isinstance(text, ast.Constant) and None not in [each.arg for each in node.keywords]:
            wanted = {name for _, name, _, _ in Formatter().parse(str(text.value)) if name}
            given = {str(each.arg) for each in node.keywords}
            if wanted != given:
                yield node.lineno, f"placeholders {sorted(wanted)} filled by {sorted(given)}"


def _run_on_import(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes that run when a module is imported: outside functions, and defaults."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            if not isinstance(node, ast.Lambda):
                waiting += node.decorator_list
            defaults = [*node.args.defaults, *node.args.kw_defaults]
            waiting += [default for default in defaults if default is not None]
        else:
            waiting += ast.iter_child_nodes(node)


def _told(calls: Sequence[ast.Call]) -> Iterator[tuple[int, str]]:
    """Yield sentences of errors, stages and notices that are not translated."""
    for node in calls:
        if _name(node) in (*ERRORS, *TOLD):
            first = node.args[1:2] if _name(node) == "Mark" else node.args[:1]
            for text in first:
                yield from (
                    (node.lineno, f"{_name(node)} with {literal!r}")
                    for literal in _untranslated(text)
                    if _is_prose(literal)
                )


def _shown(calls: Sequence[ast.Call]) -> Iterator[tuple[int, str]]:
    """Yield texts of widgets that are not translated."""
    for node in calls:
        if _name(node) not in SETTERS:
            continue
        places = SETTERS[_name(node)]
        texts = [text for place, text in enumerate(node.args) if place in places]
        texts += [each.value for each in node.keywords if each.arg in TEXT_KEYWORDS]
        for text in texts:
            for literal in _untranslated(text):
                words = _WORD.findall(_without_allowed(literal))
                if words:
                    yield node.lineno, f"{_name(node)} with {literal!r}"


def _untranslated(node: ast.AST) -> Iterator[str]:
    """Yield the literals that an expression of text consists of and that are not translated."""
    if isinstance(node, ast.Constant | ast.JoinedStr):
        yield _literal(node)
    if isinstance(node, ast.JoinedStr):
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _untranslated(part.value)
    elif isinstance(node, ast.BinOp):
        yield from _untranslated(node.left)
        yield from _untranslated(node.right)
    elif isinstance(node, ast.IfExp):
        yield from _untranslated(node.body)
        yield from _untranslated(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _untranslated(value)
    elif isinstance(node, ast.Tuple | ast.List):
        for element in node.elts:
            yield from _untranslated(element)
    elif isinstance(node, ast.Call) and _name(node) in ("format", "join"):
        # The method of a literal, perhaps with literals to fill in.
        texts = [*node.args, *(each.value for each in node.keywords)]
        if isinstance(node.func, ast.Attribute):
            texts.insert(0, node.func.value)
        for text in texts:
            yield from _untranslated(text)


def _name(call: ast.Call) -> str:
    """Return the name of what is called, without what it belongs to."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _literal(node: ast.Constant | ast.JoinedStr) -> str:
    """Return a literal; of an f-string the literal parts, joined by "{}"."""
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        return "".join(map(str, parts))
    return node.value if isinstance(node.value, str) else ""


def _is_prose(text: str) -> bool:
    """Return whether a literal has several words, of which one is not a name."""
    return " " in text.strip() and bool(_LONG_WORD.search(_without_allowed(text)))


def _without_allowed(text: str) -> str:
    for word in ALLOWED:
        text = re.sub(rf"\b{re.escape(word)}\b", "", text)
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="*", help="as ui or app.py; all without any")
    parser.add_argument("--prose", action="store_true", help="also other literals of several words")
    args = parser.parse_args()
    for path in sources(args.packages):
        for each in [*offenders_in(path), *(prose_in(path) if args.prose else [])]:
            print(each)


if __name__ == "__main__":
    main()
