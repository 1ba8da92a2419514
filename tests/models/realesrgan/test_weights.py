"""The installed weights: found without importing anything, used only if they are the right ones."""

import hashlib
import sys
from pathlib import Path

import pytest

from cozviewer.models.realesrgan import weights
from cozviewer.models.realesrgan.weights import (
    BIN_SHA256,
    COMPACT,
    COMPACT_BIN_SHA256,
    COMPACT_PARAM_SHA256,
    PARAM_SHA256,
    read_checked,
    wheel_files,
)
from cozviewer.util.errors import BadInput
from tests.packages import Packages


def test_both_files_are_found_and_known() -> None:
    files = wheel_files()
    assert len(read_checked(files.param, PARAM_SHA256)) == 117_030
    assert len(read_checked(files.bin, BIN_SHA256)) == 33_424_520
    assert weights.MODULE not in sys.modules


def test_those_of_the_compact_network_are_found_beside_them() -> None:
    files = wheel_files(COMPACT)
    assert len(read_checked(files.param, COMPACT_PARAM_SHA256)) == 3_119
    assert len(read_checked(files.bin, COMPACT_BIN_SHA256)) == 1_247_368


def test_missing_weights_name_the_command_that_brings_them(packages: Packages) -> None:
    packages.hide(weights.MODULE)
    with pytest.raises(BadInput, match=r"^The built-in model is missing: reinstall"):
        wheel_files()


def test_a_package_without_the_files_counts_as_missing(tmp_path: Path, packages: Packages) -> None:
    packages.add_folder(weights.MODULE, tmp_path)
    with pytest.raises(BadInput, match="is missing: reinstall"):
        wheel_files()


@pytest.mark.parametrize("content", [b"", b"weights!", b"weight", b"weightS"])
def test_a_file_that_differs_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"a\.bin is damaged: reinstall cozviewer"):
        read_checked(path, hashlib.sha256(b"weights").hexdigest())


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_checked(tmp_path, BIN_SHA256)
