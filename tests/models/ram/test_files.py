"""The files of the tagger: where they are found, and the list of tags."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from cozviewer.config.choice import EngineChoice, PrompterChoice
from cozviewer.models.download.catalogue import missing_files, offers
from cozviewer.models.ram.files import missing_parts, ram_files, read_tags
from cozviewer.util.errors import BadInput
from tests.models.tiny_ram import TAGS, THRESHOLDS

CHOICE = PrompterChoice("tags")


@pytest.fixture
def models(tiny_ram: Path, tmp_path: Path) -> Path:
    """A folder of models with all files in their place."""
    shutil.copytree(tiny_ram, tmp_path / "tags")
    return tmp_path


def test_the_files_are_found_in_the_folder_of_models(models: Path) -> None:
    files = ram_files(CHOICE, models)
    assert {path.parent for path in (files.ram, files.dape, files.tags) if path} == {
        models / "tags"
    }
    assert missing_parts(CHOICE, models) == ()
    tags = read_tags(files)
    assert tags.names == TAGS
    assert tags.thresholds == pytest.approx(THRESHOLDS)


def test_dape_is_optional(models: Path) -> None:
    before = ram_files(CHOICE, models).digests(None)
    (models / "tags" / "DAPE.pth").unlink()
    files = ram_files(CHOICE, models)
    assert files.dape is None
    assert files.digests(None) == {**before, "dape": ""}
    assert missing_parts(CHOICE, models) == ()


def test_the_list_is_found_beside_a_chosen_tagger(models: Path, tmp_path: Path) -> None:
    chosen = replace(CHOICE, ram=models / "tags" / "ram_swin_large_14m.pth")
    files = ram_files(chosen, None)
    assert files.tags == models / "tags" / "ram_tag_list.txt"
    assert files.dape is None
    assert missing_parts(chosen, None) == ()


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("ram_swin_large_14m.pth", "ram"),
        ("ram_tag_list.txt", "ram_tags"),
        ("ram_tag_list_threshold.txt", "ram_tags"),
    ],
)
def test_a_missing_file_is_named_with_its_origin(models: Path, name: str, part: str) -> None:
    (models / "tags" / name).unlink()
    with pytest.raises(BadInput, match=f"needs the file {name}: get it from https://.* and choose"):
        ram_files(CHOICE, models)
    assert missing_parts(CHOICE, models) == (part,)
    assert part in missing_files(EngineChoice("coz", prompter=CHOICE), models)
    (offer,) = (offer for offer in offers(models) if offer.name == "tags")
    assert name in offer.problem
    assert not offer.where


def test_all_files_make_the_tagger_ready(models: Path) -> None:
    (offer,) = (offer for offer in offers(models) if offer.name == "tags")
    assert (offer.where, offer.problem) == (str(models / "tags"), "")
    missing = missing_files(EngineChoice("coz", prompter=CHOICE), models)
    assert not {"ram", "dape", "ram_tags"} & set(missing)


@pytest.mark.parametrize("part", ["ram", "dape", "ram_tags"])
def test_a_chosen_file_must_exist(models: Path, part: str) -> None:
    path = models / "none"
    chosen = {
        "ram": replace(CHOICE, ram=path),
        "dape": replace(CHOICE, dape=path),
        "ram_tags": replace(CHOICE, ram_tags=path),
    }[part]
    with pytest.raises(BadInput, match="none does not exist: check the path"):
        ram_files(chosen, models)
    assert missing_parts(chosen, models) == (part,)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("ram_tag_list_threshold.txt", b"0.5\n", "24 tags, 1 thresholds"),
        ("ram_tag_list_threshold.txt", b"many", "could not convert"),
        ("ram_tag_list_threshold.txt", b"1.5\n" * 24, "not from 0 to 1"),
        ("ram_tag_list_threshold.txt", b"nan\n" * 24, "not from 0 to 1"),
        ("ram_tag_list.txt", b"", "0 tags, 24 thresholds"),
        ("ram_tag_list.txt", b"\xff\xfe\x00", "it is not a text file"),
        ("ram_tag_list.txt", b"a\n" * (1 << 20), "it is too large"),
    ],
)
def test_a_broken_list_is_refused(models: Path, name: str, content: bytes, reason: str) -> None:
    (models / "tags" / name).write_bytes(content)
    with pytest.raises(BadInput, match=reason):
        read_tags(ram_files(CHOICE, models))
