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
from cozviewer.models.worker.server import Housekeeping
from cozviewer.models.worker.specs import DRAFTS, Spec, upscaler_spec
from tests.patience import PATIENCE


def test_memory_is_returned_before_a_step_and_when_it_was_answered() -> None:
    answers, sizes = io.BytesIO(), list[int]()
    house = Housekeeping(return_memory=lambda: sizes.append(answers.tell()))

    def make(spec: Spec, context: ModelContext) -> Upscaler:
        return Interpolation("bicubic")

    made = server._Server(answers, make, lambda: None, house)
    spec = {**upscaler_spec(EngineChoice("bicubic"), ModelContext()), "context": 1}
    call = {"kind": "call", "call": 1, "lane": "steps", "model": 1, "spec": spec}
    rgb = np.full((9, 7, 3), 50, np.uint8)
    for doing in ("load", "upscale"):
        before = answers.tell()
        assert sizes == []
        header = {**call, "do": doing, "prompt": "", "seed": 0}
        made._run(server._Job(1, Frame(header, [rgb]), threading.Event()))
    first, second = sizes
    assert first == before < second == answers.tell()
    answers.seek(0)
    frames = iter(lambda: read_frame(answers), None)
    assert [len(frame.arrays) for frame in frames if "event" not in frame.header] == [0, 1]


def test_two_threads_that_need_the_same_text_both_get_it() -> None:
    sent, both = list[Frame](), threading.Event()

    class Answering(server._Server):
        """A server whose window answers when both have asked."""

        def send(self, frame: Frame) -> None:
            sent.append(frame)
            if len(sent) == 2:
                both.set()

    made = Answering(io.BytesIO(), lambda spec, context: Interpolation("bicubic"), lambda: None)
    found = list[str]()
    askers = [
        threading.Thread(
            target=lambda: found.append(made.look_up("Error", "Stopped.", "", -1)), daemon=True
        )
        for _ in range(2)
    ]
    for asker in askers:
        asker.start()
    assert both.wait(180)
    for frame in sent:
        made.take(Frame({**frame.header, "kind": "translated", "text": "Angehalten."}))
    for asker in askers:
        asker.join(20)
    assert found == ["Angehalten.", "Angehalten."]
    assert made.look_up("Error", "Stopped.", "", -1) == "Angehalten."
    assert len(sent) == 2


@pytest.mark.parametrize(("lane", "expected"), [("steps", [True, False]), (DRAFTS, [])])
@pytest.mark.parametrize("fails", [False, True])
def test_large_memory_of_steps_is_kept_apart(lane: str, expected: list[bool], fails: bool) -> None:
    calls, seen = list[bool](), list[list[bool]]()

    def make(spec: Spec, context: ModelContext) -> Upscaler:
        seen.append(list(calls))
        if fails:
            raise RuntimeError
        return Interpolation("bicubic")

    house = Housekeeping(keep_large_apart=calls.append)
    made = server._Server(io.BytesIO(), make, lambda: None, house)
    spec = {**upscaler_spec(EngineChoice("bicubic"), ModelContext()), "context": 1}
    header = {"kind": "call", "call": 1, "lane": lane, "model": 1, "spec": spec, "do": "load"}
    made._run(server._Job(1, Frame(header, []), threading.Event()))
    assert seen == [expected[:1]]
    assert calls == expected


def test_memory_of_drafts_is_returned_when_nothing_runs() -> None:
    returned, waits = threading.Event(), list[float]()

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        assert not returned.is_set()
        if len(waits) == 3:  # the other call ends
            made._jobs.clear()

    house = Housekeeping(return_memory=returned.set, clock=lambda: 10.0 * len(waits), sleep=sleep)
    made = server._Server(
        io.BytesIO(), lambda spec, context: Interpolation("bicubic"), lambda: None, house
    )
    made._jobs[7] = threading.Event()
    spec = {**upscaler_spec(EngineChoice("bicubic"), ModelContext()), "context": 1}
    header = {"kind": "call", "call": 1, "lane": DRAFTS, "model": 1, "spec": spec}
    header |= {"do": "upscale", "prompt": "", "seed": 0}
    rgb = np.full((9, 7, 3), 50, np.uint8)
    made._run(server._Job(1, Frame(header, [rgb]), threading.Event()))
    assert returned.wait(PATIENCE)
    assert waits == [server.IDLE_SECONDS] + [server.IDLE_SECONDS / 10] * 2
