"""Under the overlay of trust, text and faces are looked for where somebody waits for them."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from cozviewer.chain.trust.detections import (
    looking_mark,
    no_detector_mark,
    nothing_found_mark,
)
from cozviewer.chain.trust.findings import Find, Finding
from cozviewer.chain.trust.overlays import Mark
from cozviewer.image.pixels import Rgb8
from cozviewer.jobs.detection_job import Looker
from cozviewer.jobs.frame_composer import FrameComposer, FrameRequest
from cozviewer.pyramid.camera import View, camera_at
from tests.pyramid.pyramids import enlarged, put_level, pyramid_of


@dataclass
class Heard:
    """What is composed and looked at, the last lines of its legends, and its failures."""

    composer: FrameComposer
    looker: Looker
    last: list[Mark]
    failures: list[str]


def looking(find: Find | None) -> Heard:
    """Return who composes a generated view, and who looks at it."""
    grey = np.full((128, 256, 3), 100, np.uint8)
    pyramid = pyramid_of(grey)
    put_level(pyramid, 2, enlarged(grey, 4))
    heard = Heard(FrameComposer(pyramid), Looker(find), [], [])
    heard.composer.trusted.connect(heard.looker.look)
    heard.looker.marked.connect(lambda _request, _image, legend: heard.last.append(legend[-1]))
    heard.looker.failed.connect(heard.failures.append)
    return heard


def trust() -> FrameRequest:
    """Return a request for the overlay of trust."""
    return FrameRequest(View(camera_at(128, 64, 4.0), 512, 256).aligned(), None, overlay="trust")


def test_the_overlay_comes_before_the_search_ends() -> None:
    heard = looking(lambda rgb: [])
    heard.composer.compose(trust())
    assert heard.last == [looking_mark(), nothing_found_mark()]
    assert not heard.failures


def test_where_nobody_can_look_the_legend_says_so() -> None:
    heard = looking(None)
    heard.composer.compose(trust())
    assert heard.last == [no_detector_mark()]


def test_the_other_overlay_is_not_looked_at() -> None:
    heard = looking(lambda rgb: pytest.fail("looked"))
    told: list[Mark] = []
    heard.composer.marked.connect(lambda _request, _image, legend: told.extend(legend))
    heard.composer.compose(replace(trust(), overlay="origin"))
    assert [mark.text for mark in told] == ["Generated detail, level 1 (×4)"]
    assert not heard.last


def test_a_search_that_fails_leaves_the_overlay_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(rgb: Rgb8) -> list[Finding]:
        raise RuntimeError("it cannot be loaded")

    heard = looking(broken)
    heard.composer.compose(trust())
    assert heard.last[0] == looking_mark()
    assert heard.last[-1] != looking_mark(), "nobody is looking any more"
    assert "looking for text and faces" in heard.failures[0]
    assert caplog.records


def test_nothing_is_looked_for_once_the_view_moved_on() -> None:
    asked: list[Rgb8] = []

    def find(rgb: Rgb8) -> list[Finding]:
        asked.append(rgb)
        return []

    heard, request = looking(find), trust()
    heard.looker.marked.connect(lambda *_: request.cancelled.set())
    heard.composer.compose(request)
    assert heard.last == [looking_mark()]
    assert not asked
