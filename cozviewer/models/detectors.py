"""Finds text and faces by two well-kept libraries, where the extra `detect` is installed.

Text by RapidOCR (the PP-OCR models that come in its package): what it finds must also be read, as
detection alone takes eyes and seeds for letters. Half-sure readings count, for garbled letters are
what models invent; lines in scripts that it does not read, as Cyrillic and Arabic, are mostly
passed over. Faces by dlib's frontal face detector (histograms of oriented gradients, Dalal &
Triggs 2005, with its own weights): whole faces that look at the camera, from some 80 pixels on.
Nothing is downloaded.
"""

from collections.abc import Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from cozviewer.chain.detections import Find, Finding
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect, rect_between
from cozviewer.util.errors import Failure

NEEDED = ("rapidocr", "onnxruntime", "dlib")

READ = 0.5
"""RapidOCR's confidence, 0..1; its own default. Of 33 Latin words and numbers that Real-ESRGAN drew
from letters of 5 to 14 pixels, 31 are told, at 0.9 only 20; of 112 parts of photos, enlarged, 4
hold what is wrongly taken for text, at 0.9 none."""

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

        self._faces = dlib.get_frontal_face_detector()
        # The last, as it tells that both are here.
        self._read = RapidOCR(
            params={
                "Global.use_cls": False,
                "Global.log_level": "critical",
                # Named, they are only read; else one that is missing would be downloaded.
                "Det.model_path": str(_model("det")),
                "Rec.model_path": str(_model("rec")),
            }
        )

    def _texts_in(self, rgb: Rgb8) -> list[Finding]:
        said = self._read(rgb[..., ::-1], use_cls=False)  # it wants BGR
        if said.boxes is None or said.txts is None:
            return []
        return [
            Finding("text", rect_between(*_corners(box)))
            for box, text, score in zip(said.boxes, said.txts, said.scores, strict=True)
            if score > READ and is_text(text)
        ]

    def _faces_in(self, rgb: Rgb8) -> list[Finding]:
        boxes, scores, _ = self._faces.run(np.ascontiguousarray(rgb), 0, FACE_SCORE)
        return [
            Finding("face", rect_between(box.left(), box.top(), box.right(), box.bottom()))
            for box, _score in zip(boxes, scores, strict=True)
        ]


def _model(task: str) -> Path:
    """Return the model for "det" (detection) or "rec" (recognition) that came with RapidOCR.

    Raises:
        Failure: It is not there.
    """
    found = sorted(Path(str(files("rapidocr").joinpath("models"))).glob(f"*_{task}_*.onnx"))
    if not found:
        raise Failure(
            "RapidOCR came without its models, so text and faces are not looked for: run `pip "
            "install --force-reinstall rapidocr`."
        )
    return found[-1]


def is_text(text: str) -> bool:
    """Tell whether what was read can be text: two different letters or digits at least."""
    return len({letter for letter in text if letter.isalnum()}) >= 2


def _corners(box: Any) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom around four points, (4, 2)."""
    left, top = np.floor(box.min(axis=0)).astype(int).tolist()
    right, bottom = np.ceil(box.max(axis=0)).astype(int).tolist()
    return left, top, right, bottom
