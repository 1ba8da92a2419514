"""Detects text and faces with two libraries, if the extra `detect` is installed.

Text with RapidOCR (the PP-OCR models in its package): detected text must also be recognised, as
detection alone takes eyes and seeds for letters. Low confidence is accepted, because models tend to
generate garbled letters. Lines in scripts that it does not read, such as Cyrillic and Arabic, are
mostly missed. Faces with dlib's frontal face detector (histograms of oriented gradients, Dalal &
Triggs 2005, with its own weights): complete faces towards the camera, from about 80 pixels on.
Nothing is downloaded.
"""

from collections.abc import Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from cozviewer.chain.trust.findings import Find, Finding
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect, rect_between
from cozviewer.models.without_torch import threads
from cozviewer.util.errors import Failure
from cozviewer.util.translation import translate

NEEDED = ("rapidocr", "onnxruntime", "dlib")

READ = 0.5
"""Minimum confidence of RapidOCR, 0..1; its own default. Of 33 Latin words and numbers that
Real-ESRGAN generated from letters of 5 to 14 pixels, 31 are detected, with 0.9 only 20. Of 112
enlarged parts of photos, 4 have false detections, with 0.9 none."""

FACE_SCORE = 0.3
"""Minimum score of dlib, whose default is 0: the only false face in those photos had 0.16, true
ones 0.7 and more."""


def text_and_face_detector() -> Find | None:
    """Return the detector of text and faces; None if the extra `detect` is not installed. Cheap:
    the libraries are loaded at its first call."""
    return _Detectors() if all(find_spec(name) for name in NEEDED) else None


class _Detectors:
    """Both detectors, loaded once and run by one thread at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._read: Any = None
        self._faces: Any = None

    def __call__(self, rgb: Rgb8) -> Sequence[Finding]:
        with self._lock:
            if self._read is None:
                self._load()
            whole = Rect(0, 0, rgb.shape[1], rgb.shape[0])
            found = [*self._texts_in(rgb), *self._faces_in(rgb)]
        cut = [Finding(each.kind, each.box.intersected(whole)) for each in found]
        return [each for each in cut if not each.box.empty]

    def _load(self) -> None:
        import dlib
        from rapidocr import RapidOCR

        self._faces = dlib.get_frontal_face_detector()
        # Set last, as it marks that both are loaded.
        self._read = RapidOCR(
            params={
                "Global.use_cls": False,
                "Global.log_level": "critical",
                "EngineConfig.onnxruntime.intra_op_num_threads": threads(),
                # Without explicit paths, missing models would be downloaded.
                "Det.model_path": str(_model("det")),
                "Rec.model_path": str(_model("rec")),
            }
        )

    def _texts_in(self, rgb: Rgb8) -> list[Finding]:
        result = self._read(rgb[..., ::-1], use_cls=False)  # BGR
        if result.boxes is None or result.txts is None:
            return []
        return [
            Finding("text", rect_between(*_corners(box)))
            for box, text, score in zip(result.boxes, result.txts, result.scores, strict=True)
            if score > READ and is_text(text)
        ]

    def _faces_in(self, rgb: Rgb8) -> list[Finding]:
        boxes, scores, _ = self._faces.run(np.ascontiguousarray(rgb), 0, FACE_SCORE)
        return [
            Finding("face", rect_between(box.left(), box.top(), box.right(), box.bottom()))
            for box, _score in zip(boxes, scores, strict=True)
        ]


def _model(task: str) -> Path:
    """Return RapidOCR's installed model for "det" (detection) or "rec" (recognition).

    Raises:
        Failure: It is missing.
    """
    found = sorted(Path(str(files("rapidocr").joinpath("models"))).glob(f"*_{task}_*.onnx"))
    if not found:
        raise Failure(
            translate(
                "Error",
                "The text and face detection is incomplete, so nothing is detected: reinstall it.",
            )
        )
    return found[-1]


def is_text(text: str) -> bool:
    """Return whether recognised text is plausible: at least two different letters or digits."""
    return len({letter for letter in text if letter.isalnum()}) >= 2


def _corners(box: Any) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of four points, (4, 2)."""
    left, top = np.floor(box.min(axis=0)).astype(int).tolist()
    right, bottom = np.ceil(box.max(axis=0)).astype(int).tolist()
    return left, top, right, bottom
