"""States of the paper's protocol with a quarter of their pixels, for tests that need many."""

import pytest

from cozviewer.pyramid.geometry import STEP_SCALE

SIDE = 256
"""Their side in pixels, instead of 512: a step from their middle has whole blocks of any figure."""


def shrink_states(patch: pytest.MonkeyPatch) -> None:
    """Let what `cozviewer evaluate` makes have small states, and its sheet small panels."""
    changed = {
        "SIDE": ("chain.paper", "evaluate.cache", "commands.evaluate.methods"),
        "CROP": ("chain.paper", "commands.evaluate.methods", "commands.evaluate.run"),
        "PANEL": ("commands.evaluate.sheet",),
    }
    values = {"SIDE": SIDE, "CROP": SIDE // STEP_SCALE, "PANEL": SIDE // 2}
    for name, modules in changed.items():
        for module in modules:
            patch.setattr(f"cozviewer.{module}.{name}", values[name])
