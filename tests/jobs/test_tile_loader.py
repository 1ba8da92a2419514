"""Tiles are answered in order and many at a time."""

import numpy as np

from cozviewer.image.pixels import Rgb8
from cozviewer.jobs.tile_loader import ANSWER_SECONDS, Answer, LoadRequest, TileLoader
from cozviewer.pyramid.geometry import TileKey
from cozviewer.util.errors import BadInput
from tests.patience import PATIENCE

KEYS = tuple(TileKey(0, col, 0) for col in range(60))


class Shelf:
    """Has the tiles of even columns."""

    def __init__(self) -> None:
        self.cancel_at: TileKey | None = None
        self.fail_at: TileKey | None = None
        self.request = LoadRequest(KEYS)

    def tile(self, key: TileKey) -> Rgb8 | None:
        if key == self.fail_at:
            raise OSError("broken")
        if key == self.cancel_at:
            self.request.cancelled.set()
        return np.zeros((4, 4, 3), np.uint8) if key.col % 2 == 0 else None


def answered(shelf: Shelf, seconds: float = ANSWER_SECONDS) -> tuple[list[Answer], list[str]]:
    answers: list[Answer] = []
    sentences: list[str] = []
    loader = TileLoader(shelf, seconds)  # type: ignore[arg-type]
    loader.answered.connect(lambda request, answer: answers.append(answer))
    loader.failed.connect(sentences.append)
    loader.load(shelf.request)
    return answers, sentences


def told(answers: list[Answer]) -> list[TileKey]:
    return sorted(
        key for answer in answers for key in (*answer.absent, *(key for key, _ in answer.tiles))
    )


def test_every_tile_is_answered_once_and_not_each_by_itself() -> None:
    ((answer,), sentences) = answered(Shelf(), PATIENCE)
    assert answer.absent == KEYS[1::2]
    assert tuple(key for key, _ in answer.tiles) == KEYS[::2]
    assert sentences == []


def test_what_takes_long_is_answered_in_parts() -> None:
    answers, _ = answered(Shelf(), -1.0)
    assert len(answers) == len(KEYS)
    assert told(answers) == list(KEYS)


def test_a_request_that_is_cancelled_answers_what_it_has() -> None:
    shelf = Shelf()
    shelf.cancel_at = KEYS[9]
    answers, _ = answered(shelf)
    assert told(answers) == list(KEYS[:10])


def test_a_tile_that_cannot_be_read_ends_it_with_a_sentence() -> None:
    shelf = Shelf()
    shelf.fail_at = KEYS[9]
    answers, sentences = answered(shelf)
    assert told(answers) == list(KEYS[:9])
    assert len(sentences) == 1


def test_tiles_that_the_photos_file_does_not_give_are_absent_and_said_once() -> None:
    class Damaged(Shelf):
        def tile(self, key: TileKey) -> Rgb8 | None:
            if key.col in (10, 20, 30):
                raise BadInput(f"Part {key.col} cannot be read.")
            return super().tile(key)

    answers, sentences = answered(Damaged())
    assert told(answers) == list(KEYS)
    absent = {key for answer in answers for key in answer.absent}
    assert {KEYS[10], KEYS[20], KEYS[30]} <= absent
    assert sentences == ["Part 10 cannot be read."]


def test_derived_tiles_that_cannot_be_are_found_out_many_at_a_time() -> None:
    asked: list[list[TileKey]] = []

    class Pyramid(Shelf):
        def missing(self, keys: list[TileKey]) -> list[TileKey]:
            asked.append(keys)
            return [key for key in keys if key.col % 2]

        def tile(self, key: TileKey) -> Rgb8 | None:
            assert key.z != 1 or key.col % 2 == 0
            return super().tile(key)

    pyramid, derived = Pyramid(), [TileKey(1, col, 0) for col in range(60)]
    pyramid.request = LoadRequest((*derived, *KEYS))
    ((answer,), sentences) = answered(pyramid, PATIENCE)
    assert answer.absent == (*derived[1::2], *KEYS[1::2])
    assert [key for key, _ in answer.tiles] == [*derived[::2], *KEYS[::2]]
    assert asked == [derived]
    assert sentences == []
