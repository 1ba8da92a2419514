"""Runs Real-ESRGAN through OpenVINO: on its own, or in int8 as the `forward` of torch's `Network`.

The network runs in a few pieces, because OpenVINO does not report progress within a run, and takes
memory for all layers of a piece at once. Core-seconds for 320x200 pixels on an EPYC with
AVX512-VNNI, beside other work: fp32 11.5, bf16 5.5, int8 3.2.
"""

import io
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cozviewer.chain.protocols import Progressed, ignore
from cozviewer.models.realesrgan.compiled import CompiledFile, compiled_name, exported
from cozviewer.models.realesrgan.converted import State
from cozviewer.models.realesrgan.openvino_graphs import BLOCKS, Graphs, read_steps
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import BadInput, Cancelled
from cozviewer.util.memory import return_free_memory
from cozviewer.util.translation import translate

if TYPE_CHECKING:
    from openvino import CompiledModel, Core, Model
    from torch import Tensor

PER_PIECE = 12
"""Blocks per piece. Each piece has its own memory, some 230 MB for 384x264 pixels, which is
returned to the system after it ran, at a twentieth of the time: for 352x232 pixels in int8, the
peak of the process is 520 instead of 880 MB, and 340 MB between runs."""

BAND, REACH = 16_384, 2
"""The enlargement runs in bands of about BAND pixels, as its layers take long and its features are
16 times as large. A pixel of the result depends on features up to REACH rows away."""

Pixels = NDArray[np.float32]
"""(1, 3, H, W), about 0..1."""

TAIL_COST = 2.0
"""Cost of the enlargement, in blocks."""

LOOK_MS = 20
"""Interval of checks for cancellation, in milliseconds."""

MOST_GUESSED = 0.95
"""Maximum progress that is reported for a piece while it runs."""

AT_ONCE = 64 * 64
"""Images of at most so many pixels run in the calling thread, a piece at a time."""


class OpenVinoNetwork:
    """Real-ESRGAN. Callable from several threads, one run at a time."""

    def __init__(
        self,
        state: State,
        threads: Callable[[], int],
        numbers: str = "int8",
        *,
        open_edges: bool = False,
        core: "Core | None" = None,
        file: CompiledFile | None = None,
    ) -> None:
        """Compile it, in one second; in int8, in four, or in one from `file`.

        Args:
            state: As `realesrgan_state` returns it.
            threads: Returns the number of threads of a run that starts in the calling thread.
            numbers: "fp32", "bf16" or "int8".
            open_edges: As in `rrdbnet.forward`; int8 always has them.
            core: OpenVINO's devices; None opens them.
            file: Where it is kept compiled for the next start; None keeps it nowhere. A format that
                is only being timed is not kept.

        Raises:
            BadInput: OpenVINO or the steps of int8 are missing or broken.
            RuntimeError: OpenVINO failed.
        """
        quantisation = read_steps() if numbers == "int8" else None
        self._graphs = Graphs(state, quantisation, open_edges=open_edges)
        self._numbers = numbers
        self._core = open_core() if core is None else core
        self._turn = threading.Lock()
        self._count, self._threads = threads, 0
        self._pace = 0.0  # seconds for a block of a pixel, as last measured; 0: never
        self._pieces: list[CompiledModel] = []
        self._file, self._names = file, list[str]()
        self._exported: dict[int, bytes] = {}
        self._interrupted: CompiledModel | None = None
        self._compiled()

    def __call__(
        self, image: Pixels, cancelled: IsCancelled, progressed: Progressed = ignore
    ) -> Pixels:
        """Run it.

        Args:
            image: (1, 3, H, W) float32 in 0..1; any H, W >= 1.
            cancelled: Checked every LOOK_MS, or between pieces if the image is small.
            progressed: Called after each piece and band of the enlargement, and with estimates
                within a piece.

        Returns:
            (1, 3, 4H, 4W) float32, about 0..1.

        Raises:
            Cancelled: `cancelled` returned True.
            MemoryError, RuntimeError: OpenVINO failed.
        """
        while not self._turn.acquire(timeout=LOOK_MS / 1000):
            check_cancelled(cancelled)
        try:
            pieces = self._compiled()
            run = Run(image.shape[2] * image.shape[3] <= AT_ONCE, cancelled)
            try:
                return self._upscaled(pieces, run, image, progressed)
            except BaseException:
                self._interrupted = run.running
                if self._interrupted is not None:
                    self._interrupted.release_memory()
                raise
        finally:
            self._turn.release()

    def _upscaled(
        self,
        pieces: "Sequence[CompiledModel]",
        run: "Run",
        image: Pixels,
        progressed: Progressed,
    ) -> Pixels:
        """Run the pieces over an image; see `__call__`."""
        head, *body, end, tail = pieces
        height, width = image.shape[2:]
        total, pixels = BLOCKS + TAIL_COST, height * width

        def moving(done: int, blocks: int, seconds: float) -> None:
            if self._pace:
                part = min(MOST_GUESSED, seconds / (self._pace * blocks * pixels))
                progressed((done + blocks * part) / total)

        first = features = run(head, np.ascontiguousarray(image))
        for index, piece in enumerate(body):
            done = index * PER_PIECE
            blocks = min(PER_PIECE, BLOCKS - done)
            started = time.perf_counter()
            features = run(piece, features, moving=partial(moving, done, blocks))
            self._pace = (time.perf_counter() - started) / (blocks * pixels)
            if not run.at_once:
                features = features.copy()  # which lies in what is released
                piece.release_memory()
                return_free_memory()
            progressed((done + blocks) / total)
        features = run(end, features, first)
        del first
        fine = np.empty((1, 3, STEP_SCALE * height, STEP_SCALE * width), np.float32)
        for top, bottom in bands(height, width):
            above, below = max(0, top - REACH), min(height, bottom + REACH)
            band = run(tail, np.ascontiguousarray(features[:, :, above:below]))
            inner = slice(STEP_SCALE * (top - above), STEP_SCALE * (bottom - above))
            fine[:, :, STEP_SCALE * top : STEP_SCALE * bottom] = band[:, :, inner]
            progressed((BLOCKS + TAIL_COST * bottom / height) / total)
        if not run.at_once:
            for piece in (head, end, tail):
                piece.release_memory()
        return fine

    def _compiled(self) -> "Sequence[CompiledModel]":
        """Return the pieces for the number of threads: one while `fastest` measures, otherwise
        all."""
        threads = self._count()
        if not self._pieces:
            self._open(threads)
        elif threads != self._threads:
            self._pieces = [self._imported(index, threads) for index in range(len(self._pieces))]
            self._keep()
        elif self._interrupted is not None:
            # Some of its layers have the shapes of that image and others those of the previous
            # one: its next result would be wrong, or end the process.
            index = self._pieces.index(self._interrupted)
            self._pieces[index] = self._imported(index, threads)
        self._threads, self._interrupted = threads, None
        return self._pieces

    def _makers(self) -> "list[Callable[[], Model]]":
        """Return the functions that build the graphs of the pieces, in the order of execution."""
        graphs = self._graphs
        body = [
            partial(graphs.body, range(first, min(BLOCKS, first + PER_PIECE)))
            for first in range(0, BLOCKS, PER_PIECE)
        ]
        return [graphs.head, *body, graphs.body_end, graphs.tail]

    def _open(self, threads: int) -> None:
        """Take the pieces from the file; compile and keep those that are not there."""
        pieces: list[CompiledModel] = []
        compiled: list[int] = []
        for index, make in enumerate(self._makers()):
            graph = make()
            piece = self._kept(graph, threads)
            if piece is None:
                piece = self._compile(graph, threads)
                compiled.append(index)
            pieces.append(piece)
        self._pieces = pieces
        if self._file is not None and not self._file.is_timing():
            with suppress(RuntimeError):
                self._exported = {index: exported(pieces[index]) for index in compiled}
                self._keep()

    def _kept(self, graph: "Model", threads: int) -> "CompiledModel | None":
        """Return a piece from the file, or None if it is not there or cannot be imported."""
        if self._file is not None:
            self._names.append(compiled_name(graph, self._core, self._numbers))
            data = self._file.read(self._names[-1])
            if data is not None:
                with suppress(RuntimeError):
                    return self._import(data, threads)
        return None

    def _keep(self) -> None:
        """Write the pieces into the file if any of them was compiled here."""
        if self._file is not None and self._exported:
            names = enumerate(self._names)
            if self._file.write({name: self._bytes(index) for index, name in names}):
                self._exported.clear()

    def _compile(self, graph: "Model", threads: int) -> "CompiledModel":
        return self._core.compile_model(graph, "CPU", settings(threads, self._numbers))

    def _import(self, data: bytes, threads: int) -> "CompiledModel":
        return self._core.import_model(io.BytesIO(data), "CPU", settings(threads, self._numbers))

    def _imported(self, index: int, threads: int) -> "CompiledModel":
        """Return a piece that has not run yet, for a number of threads. In int8 that takes a
        quarter of the time of compiling it, otherwise a third."""
        try:
            return self._import(self._bytes(index), threads)
        except RuntimeError:
            return self._compile(self._makers()[index](), threads)

    def _bytes(self, index: int) -> bytes:
        """Return a piece as it can be imported. What was imported cannot be exported again, so the
        30 MB of all pieces in int8 (78 in bf16 and fp32) stay in memory if they are in no file."""
        if index not in self._exported:
            data = None if self._file is None else self._file.read(self._names[index])
            if data is not None:
                return data
            self._exported[index] = exported(self._pieces[index])
        return self._exported[index]


def on_tensors(
    forward: Callable[[Pixels, IsCancelled, Progressed], Pixels],
) -> "Callable[[Tensor, IsCancelled, Progressed], Tensor]":
    """Return the same function of torch's tensors on the CPU, as a `Network` takes it."""

    def of_tensors(image: "Tensor", cancelled: IsCancelled, progressed: Progressed) -> "Tensor":
        import torch

        return torch.from_numpy(forward(image.contiguous().numpy(), cancelled, progressed))

    return of_tensors


class Run:
    """One run of the network, piece by piece.

    Attributes:
        at_once: Whether pieces run in the calling thread.
        running: The piece that has started and not ended.
    """

    def __init__(self, at_once: bool, cancelled: IsCancelled) -> None:
        self.at_once, self._cancelled = at_once, cancelled
        self.running: CompiledModel | None = None

    def __call__(
        self,
        piece: "CompiledModel",
        *inputs: NDArray[np.float32],
        moving: Progressed = ignore,
    ) -> NDArray[np.float32]:
        """Run a piece and return its output; `moving` gets the elapsed seconds every LOOK_MS."""
        import openvino

        self._check()
        self.running = piece
        # A new one, as requests must not be used by two threads.
        request = piece.create_infer_request()
        for index, features in enumerate(inputs):
            request.set_input_tensor(index, openvino.Tensor(features, shared_memory=True))
        if self.at_once:
            request.infer()
        else:
            self._watch(request, moving)
        output: NDArray[np.float32] = request.get_output_tensor(0).data
        self.running = None
        return output

    def _watch(self, request: Any, moving: Callable[[float], None]) -> None:
        """Run a request in OpenVINO's threads; on cancellation, end it between two layers."""
        started = time.perf_counter()
        request.start_async()
        while not request.wait_for(LOOK_MS):
            if self._cancelled():
                request.cancel()
                with suppress(RuntimeError):  # it reports the cancellation
                    request.wait()
                raise Cancelled(translate("Error", "Stopped."))
            moving(time.perf_counter() - started)
        request.wait()

    def _check(self) -> None:
        check_cancelled(self._cancelled)


KERNELS = 32
"""Compiled kernels that a piece keeps. OpenVINO keeps 5,000, which are 0.4 MiB for each size of an
image that was ever drawn; with 32, repeated sizes are as fast."""

KERNEL_CACHE = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"
"""Variable for the kernels that oneDNN, in OpenVINO, keeps beside those of the pieces: 1,024, also
when all networks are gone. After 125 sizes of images, in int8, they are 0.2 GiB."""


def settings(threads: int, numbers: str = "int8") -> dict[str, object]:
    """Return the OpenVINO settings of a piece."""
    return {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,  # other threads compute as well
        "CPU_RUNTIME_CACHE_CAPACITY": KERNELS,
        # Of layers that are not int8.
        "INFERENCE_PRECISION_HINT": "bf16" if numbers == "bf16" else "f32",
    }


def bands(height: int, width: int, most: int = BAND) -> Iterator[tuple[int, int]]:
    """Yield the first row and the end row of bands of about `most` pixels."""
    rows = max(1, most // width)
    for top in range(0, height, rows):
        yield top, min(height, top + rows)


def open_core() -> "Core":
    """Return OpenVINO's devices.

    A new `Core` gives the thread that first uses a device a stack for signals (sigaltstack), and
    whichever thread drops it frees that stack. When cores are dropped in another order, the first
    thread is left with one that was freed, and its next signal, such as Ctrl-C, ends the process by
    SIGSEGV. So a core is first used in a thread that ends at once. The first one also lets oneDNN
    keep no kernels, see KERNEL_CACHE.
    """
    try:
        with _no_telemetry():
            from openvino import Core
    except (ImportError, OSError, RuntimeError) as error:
        raise BadInput(
            translate(
                "Error",
                "The int8 number format does not work on this computer: choose the number format "
                "fp32.",
            )
        ) from error

    def used() -> "Core":
        core = Core()
        core.get_property("CPU", "FULL_DEVICE_NAME")
        _keep_no_kernels(core)
        return core

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(used).result()


_kernels, _kernels_set = threading.Lock(), threading.Event()


def _keep_no_kernels(core: "Core") -> None:
    """Let oneDNN read KERNEL_CACHE as 0, once in a process, unless the user has set it.

    It does that when it makes its first kernel. The oneDNN in torch, which has no other cache, must
    not see it.
    """
    from openvino import Model, opset13

    with _kernels:  # engines and drafts are loaded on threads of their own
        if _kernels_set.is_set() or KERNEL_CACHE in os.environ:
            return
        image = opset13.parameter([1, 1, 8, 8], np.float32)
        taps = np.ones((1, 1, 3, 3), np.float32)
        blurred = opset13.convolution(image, taps, [1, 1], [1, 1], [1, 1], [1, 1])
        blur = Model([blurred], [image], "blur")
        os.environ[KERNEL_CACHE] = "0"
        try:
            core.compile_model(blur, "CPU")(np.ones((1, 1, 8, 8), np.float32))
        finally:
            del os.environ[KERNEL_CACHE]
        _kernels_set.set()


_importing = threading.Lock()


@contextmanager
def _no_telemetry() -> Iterator[None]:
    """Hide the telemetry package from `import openvino`: it would report each import, and write an
    identifier into the home folder. One thread at a time."""
    name = "openvino_telemetry"
    with _importing:
        before = sys.modules.get(name)
        sys.modules[name] = None  # type: ignore[assignment]  # makes importing it fail
        try:
            yield
        finally:
            del sys.modules[name]
            if before is not None:
                sys.modules[name] = before
