"""Digests of many large files: the content decides, and no file is read twice."""

import json
import os
from pathlib import Path

import pytest

from cozviewer.models.download import digests
from cozviewer.models.download.digests import FILE_NAME, files_digest
from cozviewer.models.model_reading import file_digest
from cozviewer.util.errors import BadInput


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files."""
    folder = tmp_path / "base"
    folder.mkdir()
    (folder / "a.json").write_text("{}")
    (folder / "b.safetensors").write_bytes(bytes(1000))
    return folder


def digest(folder: Path, cache: Path | None = None) -> str:
    return files_digest(folder, list(folder.iterdir()), cache)


def test_names_and_contents_decide(folder: Path, tmp_path: Path) -> None:
    first = digest(folder)
    assert digest(folder.rename(tmp_path / "elsewhere")) == first
    folder = tmp_path / "elsewhere"
    (folder / "a.json").rename(folder / "c.json")
    renamed = digest(folder)
    (folder / "b.safetensors").write_bytes(bytes(999) + b"1")
    assert len({first, renamed, digest(folder)}) == 3


def test_a_file_is_read_once(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = digest(folder, tmp_path)
    read: list[Path] = []

    def counted(path: Path) -> str:
        read.append(path)
        return file_digest(path)

    monkeypatch.setattr(digests, "file_digest", counted)
    assert digest(folder, tmp_path) == first
    assert read == []
    (folder / "a.json").write_text("[]")
    os.utime(folder / "a.json", (1, 1))
    assert digest(folder, tmp_path) != first
    assert read == [folder / "a.json"]


@pytest.mark.parametrize("content", ["", "[]", "{", '{"a": 1}'])
def test_a_broken_memory_is_made_anew(folder: Path, tmp_path: Path, content: str) -> None:
    first = digest(folder, tmp_path)
    (tmp_path / FILE_NAME).write_text(content)
    assert digest(folder, tmp_path) == first


def test_without_a_place_for_the_memory_all_is_read(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert digest(folder, tmp_path / "file" / "cache") == digest(folder)


def test_a_file_that_is_gone_is_reported_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        files_digest(folder, [folder / "gone"], tmp_path)


@pytest.mark.parametrize("text", ["[" * 100_000, "7", '{"a": 1}', "\xff"])
def test_a_broken_list_of_digests_costs_reading_again(
    folder: Path, tmp_path: Path, text: str
) -> None:
    first = digest(folder)
    (tmp_path / FILE_NAME).write_text(text, "latin-1")
    assert digest(folder, tmp_path) == first


def test_a_line_that_is_no_digest_counts_as_none(folder: Path, tmp_path: Path) -> None:
    first = digest(folder, tmp_path)
    kept = tmp_path / FILE_NAME
    known = json.loads(kept.read_text())
    kept.write_text(json.dumps({name: line[:-64] + "z" * 64 for name, line in known.items()}))
    assert digest(folder, tmp_path) == first
