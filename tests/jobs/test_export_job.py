"""Exports in the background: in memory, or in bands where the picture is large."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt

from cozviewer.chain.chain import Chain, Progress
from cozviewer.chain.recipe import recipe_of
from cozviewer.export import large
from cozviewer.export.origin import read_origin
from cozviewer.jobs.export_job import ExportJob, ExportRequest
from cozviewer.models.prompters import NoPrompter
from cozviewer.provenance import origin_of_region
from cozviewer.pyramid.compose import best_region
from tests.chain.fakes import DetailUpscaler
from tests.pyramid.pyramids import gentle, pyramid_of


@pytest.fixture
def chain() -> Chain:
    upscaler, prompter = DetailUpscaler(), NoPrompter()
    return Chain(pyramid_of(gentle(300, 200)), upscaler, prompter, recipe_of(upscaler, prompter))


class Heard:
    """What a job said."""

    def __init__(self, job: ExportJob) -> None:
        self.saved: list[Any] = []
        self.ended: list[str] = []
        self.told: list[Progress] = []
        job.saved.connect(self.saved.append)
        job.ended.connect(lambda request, sentence: self.ended.append(sentence))
        # Bands are asked for by a thread of libvips.
        job.progressed.connect(
            lambda request, progress: self.told.append(progress),
            Qt.ConnectionType.DirectConnection,
        )


def whole(chain: Chain, path: Path) -> ExportRequest:
    region = chain.pyramid.level_rect(2)
    return ExportRequest(path, 2, region, None, True, origin_of_region(chain, 2, region))


@pytest.mark.parametrize("in_bands", [True, False])
def test_a_whole_level_is_computed_and_saved(
    chain: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_bands: bool
) -> None:
    if in_bands:
        pytest.importorskip("pyvips")
        monkeypatch.setattr(large, "LARGE", 1000)
    job = ExportJob(chain)
    heard = Heard(job)
    request = whole(chain, tmp_path / "whole.png")
    job.export(request)
    assert (heard.saved, heard.ended) == ([request], [])
    expected = best_region(chain.pyramid, 2, chain.pyramid.level_rect(2))
    with Image.open(request.path) as image:
        assert np.array_equal(np.asarray(image), expected)
    assert read_origin(request.path) == request.origin
    drawn = [progress for progress in heard.told if progress.stage == "Drawing ×4"]
    assert drawn[-1].done == drawn[-1].total == 6
    written = [progress for progress in heard.told if progress.stage == "Writing whole.png"]
    if in_bands:
        assert [(each.done, each.total) for each in written] == [(0, 0), (1, 2), (2, 2)]


def test_an_export_in_bands_stops_when_told(
    chain: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyvips")
    monkeypatch.setattr(large, "LARGE", 1000)
    job = ExportJob(chain)
    heard = Heard(job)
    request = whole(chain, tmp_path / "whole.tif")

    def stop_while_writing(_: object, progress: Progress) -> None:
        if progress.stage.startswith("Writing") and progress.done:
            request.cancelled.set()

    job.progressed.connect(stop_while_writing, Qt.ConnectionType.DirectConnection)
    job.export(request)
    assert (heard.saved, heard.ended) == ([], [""])
    assert list(tmp_path.iterdir()) == []


def test_what_was_computed_before_it_stopped_is_not_computed_again(
    chain: Chain, tmp_path: Path
) -> None:
    job = ExportJob(chain)
    request = whole(chain, tmp_path / "whole.png")

    def stop_after_two(_: object, progress: Progress) -> None:
        if progress.done == 2:
            request.cancelled.set()

    job.progressed.connect(stop_after_two)
    job.export(request)
    again = whole(chain, request.path)
    upscaler = chain.upscaler
    assert isinstance(upscaler, DetailUpscaler)
    assert len(upscaler.asked) == 2
    job.export(again)
    assert len(upscaler.asked) == 6
    assert request.path.exists()
