"""Models in a process of their own, with what they report."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cozviewer.chain.protocols import Upscaler
from cozviewer.config.choice import EngineChoice
from cozviewer.models.context import ModelContext
from cozviewer.models.worker.client import ModelProcess
from cozviewer.models.worker.remote import RemoteModels
from tests.models.worker.fakes import Fake, command


@dataclass
class Remote:
    """An upscaler in a process of fakes.

    Attributes:
        process: The process that runs it.
        models: Made the upscaler.
        upscaler: The upscaler.
        folder: Where the fakes leave marks.
        notices, plans: What the upscaler said.
    """

    process: ModelProcess
    models: RemoteModels
    upscaler: Upscaler
    folder: Path
    notices: list[str] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Callable[[str], Remote]]:
    """Make an upscaler in a process of fakes with a mode of theirs."""
    made = list[RemoteModels]()

    def make(mode: str) -> Remote:
        process = ModelProcess(command(mode, tmp_path))
        models = RemoteModels(process, process)
        made.append(models)
        notices, plans = list[str](), list[str]()
        context = ModelContext(notice=notices.append, on_plan=plans.append)
        local = Fake(mode, tmp_path, context, "upscaler")
        upscaler = models.upscaler(local, EngineChoice(), context)
        return Remote(process, models, upscaler, tmp_path, notices, plans)

    yield make
    for models in made:
        models.close()
