"""What the process of the models does besides answering."""

import io
import threading

import numpy as np
import pytest

from cozviewer.chain.protocols import Upscaler
from cozviewer.config.choice import EngineChoice
from cozviewer.models.context import ModelContext
from cozviewer.models.interpolate import Interpolation
from cozviewer.models.worker import server
from cozviewer.models.worker.frames import Frame, read_frame
from cozviewer.models.worker.specs import Spec, upscaler_spec


def test_memory_is_returned_after_a_step_was_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, answered = io.BytesIO(), list[bool]()
    monkeypatch.setattr(server, "return_free_memory", lambda: answered.append(bool(answers.tell())))

    def make(spec: Spec, context: ModelContext) -> Upscaler:
        return Interpolation("bicubic")

    made = server._Server(answers, make, lambda: None)
    spec = {**upscaler_spec(EngineChoice("bicubic"), ModelContext()), "context": 1}
    call = {"kind": "call", "call": 1, "lane": "steps", "model": 1, "spec": spec}
    rgb = np.full((9, 7, 3), 50, np.uint8)
    for doing, expected in (("load", []), ("upscale", [True])):
        header = {**call, "do": doing, "prompt": "", "seed": 0}
        made._run(server._Job(1, Frame(header, [rgb]), threading.Event()))
        assert answered == expected
    answers.seek(0)
    frames = iter(lambda: read_frame(answers), None)
    assert [len(frame.arrays) for frame in frames if "event" not in frame.header] == [0, 1]
