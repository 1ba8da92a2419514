"""What the authors' own code made of a tiny model; see the README that lies beside it."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2].parent / "shared" / "reference" / "coz-tiny"

needs_reference = pytest.mark.skipif(
    not (FOLDER / "README.md").is_file(), reason=f"the authors' numbers are not in {FOLDER}"
)
