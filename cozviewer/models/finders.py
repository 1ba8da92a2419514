"""Finds text and faces by two well-kept libraries, where the extra `detect` is installed.

Text by RapidOCR (the PP-OCR models that come in its package): what it finds must also be read with
confidence, as detection alone takes eyes and seeds for letters. Faces by dlib's frontal face
detector (histograms of oriented gradients, Dalal & Triggs 2005, with its own weights): whole faces
that look at the camera, from some 80 pixels on. Nothing is downloaded.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from threading import Lock
from typing import Any

import numpy as np

from cozviewer.findings import Find, Finding
from cozviewer.pyramid.geometry import Rect, rect_between
from cozviewer.pyramid.pixels import Rgb8

NEEDED = ("rapidocr", "onnxruntime", "dlib")

READ_WELL = 0.9
"""RapidOCR's confidence, 0..1. Over fourteen photos and scans, all that was text was read with 0.99
or more, and what was none with 0.9 at most, or as one letter repeated."""

FACE_SCORE = 0.3
"""Of dlib, whose own limit is 0: the one false face on those photos had 0.16, true ones 0.7 on."""


def finder() -> Find | None:
    """Return who looks for text and faces; None where the extra `detect` is not installed. Cheap:
    what it takes is loaded when it looks first."""
    return _Finder() if all(find_spec(name) for name in NEEDED) else None


class _Finder:
    """Both detectors, loaded once; one look at a time."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._read: Any = None
        self._faces: Any = None

    def __call__(self, rgb: Rgb8) -> Sequence[Finding]:
        with self._turn:
            if self._read is None:
                self._load()
            whole = Rect(0, 0, rgb.shape[1], rgb.shape[0])
            found = [*self._texts_in(rgb), *self._faces_in(rgb)]
        cut = [Finding(each.kind, each.box.intersected(whole)) for each in found]
        return [each for each in cut if not each.box.empty]

    def _load(self) -> None:
        import dlib
        from rapidocr import RapidOCR

        self._read = RapidOCR(params={"Global.use_cls": False, "Global.log_level": "critical"})
        self._faces = dlib.get_frontal_face_detector()

    def _texts_in(self, rgb: Rgb8) -> list[Finding]:
        said = self._read(rgb[..., ::-1], use_cls=False)  # it wants BGR
        if said.boxes is None or said.txts is None:
            return []
        return [
            Finding("text", rect_between(*_corners(box)))
            for box, text, score in zip(said.boxes, said.txts, said.scores, strict=True)
            if score > READ_WELL and is_text(text)
        ]

    def _faces_in(self, rgb: Rgb8) -> list[Finding]:
        boxes, scores, _ = self._faces.run(np.ascontiguousarray(rgb), 0, FACE_SCORE)
        return [
            Finding("face", rect_between(box.left(), box.top(), box.right(), box.bottom()))
            for box, _score in zip(boxes, scores, strict=True)
        ]


def is_text(text: str) -> bool:
    """Tell whether what was read can be text: two different letters or digits at least."""
    return len({letter for letter in text if letter.isalnum()}) >= 2


def _corners(box: Any) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom around four points, (4, 2)."""
    left, top = np.floor(box.min(axis=0)).astype(int).tolist()
    right, bottom = np.ceil(box.max(axis=0)).astype(int).tolist()
    return left, top, right, bottom
