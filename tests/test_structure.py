"""The limits of the structure: small classes, few parameters, folders that an eye takes in."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "cozviewer"

MOST_METHODS, MOST_ATTRIBUTES, MOST_PARAMETERS = 20, 12, 6

MOST_FILES = 21
"""Modules in a folder."""

REASON = re.compile(r"more than (12|20)|(one|an) attribute for each", re.I)
"""What the docstring of a class beyond a limit gives as its reason."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


Classes = dict[str, ast.ClassDef]


@pytest.fixture(scope="module")
def classes() -> Classes:
    """All classes by the file in which they are, and their name."""
    return {
        f"{path.relative_to(PACKAGE)}: {node.name}": node
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }


def methods_of(node: ast.ClassDef) -> list[Function]:
    return [each for each in node.body if isinstance(each, Function)]


def attributes_of(node: ast.ClassDef) -> set[str]:
    """Return what the methods of a class set on `self`."""
    return {
        each.attr
        for method in methods_of(node)
        for each in ast.walk(method)
        if isinstance(each, ast.Attribute)
        and isinstance(each.ctx, ast.Store)
        and isinstance(each.value, ast.Name)
        and each.value.id == "self"
    }


def has_reason(node: ast.ClassDef) -> bool:
    text = " ".join((ast.get_docstring(node) or "").split())
    return REASON.search(text) is not None


def test_a_large_class_gives_a_reason(classes: Classes) -> None:
    large = {
        name: node
        for name, node in classes.items()
        if len(methods_of(node)) > MOST_METHODS or len(attributes_of(node)) > MOST_ATTRIBUTES
    }
    assert large, "it is found when a class is large"
    assert [name for name, node in large.items() if not has_reason(node)] == []


def test_no_constructor_has_more_than_six_parameters(classes: Classes) -> None:
    found = {
        name: [each.arg for each in (*method.args.args[1:], *method.args.kwonlyargs)]
        for name, node in classes.items()
        for method in methods_of(node)
        if method.name == "__init__"
    }
    assert max(map(len, found.values())) > 3, "parameters are counted"
    assert {name: names for name, names in found.items() if len(names) > MOST_PARAMETERS} == {}


def test_the_window_is_short(classes: Classes) -> None:
    window = classes["ui/main_window.py: MainWindow"]
    assert window.end_lineno is not None
    assert window.end_lineno - window.lineno < 250


def test_no_folder_has_many_modules() -> None:
    folders = Counter(path.parent for path in PACKAGE.rglob("*.py"))
    assert len(folders) > 20, "folders are counted"
    assert {folder: count for folder, count in folders.items() if count > MOST_FILES} == {}
