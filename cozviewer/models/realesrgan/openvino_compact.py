"""The compact network for drafts through OpenVINO, without torch."""

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from cozviewer.chain.protocols import Progressed, ignore
from cozviewer.models.realesrgan.ncnn_format import Weights
from cozviewer.models.realesrgan.openvino_graphs import (
    constant,
    convolved,
    enlarged,
    graph,
    input_of,
)
from cozviewer.models.realesrgan.openvino_network import AT_ONCE, Pixels, Run, open_core, settings
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.util.cancel import IsCancelled

if TYPE_CHECKING:
    from openvino import CompiledModel, Model


class OpenVinoCompact:
    """The compact network. Callable from several threads: each run has a request of its own."""

    def __init__(self, layers: Sequence[Weights], threads: Callable[[], int], numbers: str) -> None:
        """Compile it.

        Args:
            layers: As `compact.check_layers` accepts them.
            threads: Returns the number of threads of a run that starts in the calling thread.
            numbers: "fp32" or "bf16".

        Raises:
            BadInput: OpenVINO is missing or broken.
            RuntimeError: OpenVINO failed.
        """
        self._layers, self._count, self._numbers = layers, threads, numbers
        self._core = open_core()
        self._lock = threading.Lock()
        self._threads = threads()
        self._piece: CompiledModel | None = self._compile(self._threads)

    def __call__(
        self, image: Pixels, cancelled: IsCancelled, progressed: Progressed = ignore
    ) -> Pixels:
        """Run it; as `compact.forward`, but on arrays. There is no progress within a run.

        Raises:
            Cancelled: `cancelled` returned True.
            MemoryError, RuntimeError: OpenVINO failed.
        """
        run = Run(image.shape[2] * image.shape[3] <= AT_ONCE, cancelled)
        piece = self._compiled()
        try:
            fine = run(piece, np.ascontiguousarray(image))
        except BaseException:
            # As in `OpenVinoNetwork`: after an interruption its next result may be wrong.
            with self._lock:
                if self._piece is piece:
                    self._piece = None
            raise
        if not run.at_once:
            fine = fine.copy()  # which lies in what is released
            piece.release_memory()
        return fine

    def _compiled(self) -> "CompiledModel":
        """Return the network for the number of threads: one while `fastest` measures. Compiling it
        takes 0.03 core-seconds."""
        threads = self._count()
        with self._lock:
            if self._piece is None or threads != self._threads:
                self._piece, self._threads = self._compile(threads), threads
            return self._piece

    def _compile(self, threads: int) -> "CompiledModel":
        graph = _graph(self._layers)
        return self._core.compile_model(graph, "CPU", settings(threads, self._numbers))


def _graph(layers: Sequence[Weights]) -> "Model":
    """Return the network: (1, 3, H, W) in 0..1 to (1, 3, 4H, 4W), about 0..1."""
    from openvino import opset13 as ops

    image = features = input_of(3)
    for layer in layers:
        features = convolved(features, constant(np.asarray(layer.kernel, np.float32)), layer.bias)
        if layer.slopes is not None:
            features = ops.prelu(features, constant(layer.slopes))
    detail = ops.depth_to_space(features, "depth_first", STEP_SCALE)
    return graph(ops.add(detail, enlarged(image, STEP_SCALE)), image)
