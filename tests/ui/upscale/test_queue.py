"""The queue upscales one photo after the other, can be paused, and goes on at the next start."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from PIL import Image
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from cozviewer.config.choice import EngineChoice
from cozviewer.export.origin import read_origin
from cozviewer.export.upscaling.upscale import UpscaleOptions
from cozviewer.ui.upscale.items import State, read_queue
from cozviewer.ui.upscale.queue import UpscaleQueue
from tests.ui.conftest import Stripes, services

Make = Callable[[], UpscaleQueue]


@pytest.fixture
def engine() -> Stripes:
    return Stripes()


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path, engine: Stripes) -> Iterator[Make]:
    """Makes queues that share a file, and closes them."""
    owner, made = QObject(), list[UpscaleQueue]()

    def new() -> UpscaleQueue:
        for queue in made:
            queue.close()
        provided = services(engine, tmp_path / "tiles", tmp_path)
        path = tmp_path / "settings" / "queue.json"
        made.append(UpscaleQueue(provided.open_chain, provided.trim, path, owner))
        return made[-1]

    yield new
    for queue in made:
        queue.close()
    owner.deleteLater()


def add(queue: UpscaleQueue, *photos: Path, scale: int = 2) -> None:
    queue.add([(photo, UpscaleOptions(scale)) for photo in photos], EngineChoice("stripes"))


def states(queue: UpscaleQueue) -> list[State]:
    return [item.state for item in queue.items]


def test_photos_are_upscaled_one_after_the_other(qtbot: QtBot, make: Make, photos: Path) -> None:
    queue = make()
    with qtbot.waitSignal(queue.finished) as finished:
        add(queue, photos / "a.jpg", photos / "c.jpg", photos / "b.png")
    assert finished.args == [2, 1]
    assert states(queue) == [State.DONE, State.FAILED, State.DONE]
    assert not queue.running
    done, failed, other = queue.items
    assert (done.result, done.size, done.existed) == (photos / "a-2x.jpg", (40, 30), False)
    assert "c.jpg is not an image" in failed.sentence
    assert other.result is not None
    with Image.open(other.result) as image:
        assert image.size == (60, 80)
    origin = read_origin(other.result)
    assert origin is not None
    assert (origin.kind, origin.engine) == ("generated", "Stripes")
    progress = queue.progress
    assert (progress.done, progress.total, progress.fraction) == (3, 3, 1.0)


def test_what_is_done_is_not_done_again(
    qtbot: QtBot, make: Make, photos: Path, engine: Stripes
) -> None:
    queue = make()
    with qtbot.waitSignal(queue.finished):
        add(queue, photos / "a.jpg")
    calls = engine.calls
    with qtbot.waitSignal(queue.finished) as finished:
        add(queue, photos / "a.jpg")
    assert finished.args == [1, 0]
    assert queue.items[-1].existed
    assert engine.calls == calls


def test_the_same_photo_waits_only_once(
    qtbot: QtBot, make: Make, photos: Path, engine: Stripes
) -> None:
    queue = make()
    engine.hold(0)
    add(queue, photos / "a.jpg", photos / "b.png")
    add(queue, photos / "b.png", photos / "a.jpg")
    add(queue, photos / "b.png", scale=4)
    assert len(queue.items) == 3
    queue.pause()


def test_pause_and_resume(qtbot: QtBot, make: Make, photos: Path, engine: Stripes) -> None:
    queue = make()
    engine.hold(0)
    add(queue, photos / "a.jpg", photos / "b.png")
    qtbot.waitUntil(lambda: queue.progress_of(0) is not None)
    queue.pause()
    qtbot.waitUntil(lambda: states(queue) == [State.WAITING] * 2)
    assert not queue.running
    assert not list(photos.glob("*-2x*"))
    engine.hold(1000)
    with qtbot.waitSignal(queue.finished) as finished:
        queue.resume()
    assert finished.args == [2, 0]


def test_it_goes_on_at_the_next_start(
    qtbot: QtBot, make: Make, photos: Path, engine: Stripes, tmp_path: Path
) -> None:
    queue = make()
    engine.hold(0)
    add(queue, photos / "a.jpg", photos / "b.png")
    qtbot.waitUntil(lambda: states(queue)[0] is State.WORKING)
    later = make()  # and the first one is closed
    assert states(later) == [State.WAITING] * 2
    assert not later.running
    engine.hold(1000)
    with qtbot.waitSignal(later.finished) as finished:
        later.resume()
    assert finished.args == [2, 0]
    kept = read_queue(tmp_path / "settings" / "queue.json")
    assert [item.state for item in kept] == [State.DONE] * 2


def test_remove_while_it_works(qtbot: QtBot, make: Make, photos: Path, engine: Stripes) -> None:
    queue = make()
    engine.hold(0)
    add(queue, photos / "a.jpg", photos / "b.png")
    qtbot.waitUntil(lambda: queue.progress_of(0) is not None)
    queue.remove([0])
    assert [item.number for item in queue.items] == [1]
    engine.hold(1000)
    qtbot.waitUntil(lambda: not queue.running)
    assert states(queue) == [State.DONE]
    assert not (photos / "a-2x.jpg").exists()


def test_remove_the_last_one_ends_the_work(
    qtbot: QtBot, make: Make, photos: Path, engine: Stripes
) -> None:
    queue = make()
    engine.hold(0)
    add(queue, photos / "a.jpg")
    qtbot.waitUntil(lambda: queue.progress_of(0) is not None)
    queue.remove([0])
    qtbot.waitUntil(lambda: not queue.running)
    assert queue.items == []


def test_try_again(qtbot: QtBot, make: Make, photos: Path) -> None:
    queue = make()
    with qtbot.waitSignal(queue.finished):
        add(queue, photos / "c.jpg")
    (photos / "c.jpg").write_bytes((photos / "a.jpg").read_bytes())
    with qtbot.waitSignal(queue.finished) as finished:
        queue.retry([0])
    assert finished.args == [1, 0]
    assert states(queue) == [State.DONE]
    queue.clear_finished()
    assert queue.items == []


def test_it_holds_for_the_view(qtbot: QtBot, make: Make, photos: Path, engine: Stripes) -> None:
    """The run under way is given up, and no other begins until the queue may go on."""
    queue, running = make(), Event()
    engine.hold(0)
    engine.before_run = running.set
    add(queue, photos / "a.jpg", scale=8)
    qtbot.waitUntil(running.is_set)
    queue.set_held(True)
    assert queue.holding
    qtbot.waitUntil(lambda: engine.calls == 1)
    engine.hold(1000)
    qtbot.wait(100)
    assert engine.calls == 1
    with qtbot.waitSignal(queue.finished) as finished:
        queue.set_held(False)
    assert finished.args == [1, 0]
    assert engine.calls > 1


def test_pausing_while_it_holds(qtbot: QtBot, make: Make, photos: Path) -> None:
    queue = make()
    queue.set_held(True)
    add(queue, photos / "a.jpg")
    qtbot.waitUntil(lambda: states(queue) == [State.WORKING])
    queue.pause()
    qtbot.waitUntil(lambda: states(queue) == [State.WAITING])


def test_the_sizes_weigh_the_progress(
    qtbot: QtBot, make: Make, photos: Path, engine: Stripes
) -> None:
    queue = make()
    engine.hold(0)
    add(queue, photos / "a.jpg", photos / "b.png")
    queue.note_size(0, 300, 100)
    queue.note_size(1, 100, 100)
    assert queue.progress.fraction == 0.0
    assert queue.progress.seconds_left is None
    qtbot.waitUntil(lambda: queue.items[0].size == (40, 30))  # as it is in fact
    queue.pause()


def test_a_folder_of_settings_that_cannot_be_written(
    qtbot: QtBot, tmp_path: Path, engine: Stripes, photos: Path
) -> None:
    """The queue works all the same; the log says that it is not kept."""
    owner, path = QObject(), tmp_path / "file"
    path.write_bytes(b"")
    provided = services(engine, tmp_path / "tiles", tmp_path)
    queue = UpscaleQueue(provided.open_chain, provided.trim, path / "queue.json", owner)
    with qtbot.waitSignal(queue.finished):
        add(queue, photos / "a.jpg")
    assert states(queue) == [State.DONE]
    queue.close()
    owner.deleteLater()
