"""The stages of a task besides its pixels: what it reports while it writes, and the signature."""

import time
from collections.abc import Callable
from pathlib import Path

from cozviewer.chain.chain import Chain, Progress
from cozviewer.export.origin import Origin
from cozviewer.export.signing import Signature, sign_image
from cozviewer.export.streaming import OnProgress
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.translation import translate
from cozviewer.util.units import Unit


def writing(path: Path) -> str:
    """Return the stage in which a file is written: "Writing photo.png"."""
    return translate("Export", "Writing {name}").format(name=path.name)


def counting(on_progress: OnProgress, stage: str, z: int, unit: Unit) -> Callable[[int, int], None]:
    """Return what reports (rows or frames written, all of them), with the time left."""
    started = time.perf_counter()

    def report(done: int, total: int) -> None:
        left = (time.perf_counter() - started) / done * (total - done)
        on_progress(Progress(stage, z, done, total, left, unit=unit))

    return report


def sign(
    path: Path,
    signature: Signature | None,
    origin: Origin,
    chain: Chain,
    is_cancelled: IsCancelled,
    on_progress: OnProgress,
) -> None:
    """Sign a file that was written, if it is to be signed."""
    if signature is not None:
        stage = translate("Export", "Signing {name}").format(name=path.name)
        on_progress(Progress(stage, origin.level, 0, 0, None))
        photo = chain.pyramid.source.path
        sign_image(path, origin, photo, signature, cancelled=is_cancelled)
