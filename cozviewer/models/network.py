"""A network that is loaded on its device, and a run of it: numpy in, numpy out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from cozviewer.chain.protocols import Progressed, ignore
from cozviewer.image.pixels import Rgb8, RgbFloat, to_float
from cozviewer.models.device import Device, all_threads
from cozviewer.models.memory.manager import release_cached_memory
from cozviewer.models.server.address import redacted
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import Failure
from cozviewer.util.translation import translate

if TYPE_CHECKING:
    from torch import Tensor

NO_MEMORY = (
    *("out of memory", "can't allocate memory", "alloc_failed", "not enough memory"),
    *("bad_alloc", "bad allocation", "out_of_memory"),
)
"""In error messages of CUDA, MPS, the CPU, cuDNN, cuBLAS and Windows; of OpenVINO and oneDNN."""


class LoadedNetwork(Protocol):
    """A network that is ready to run, by whichever library.

    Attributes:
        device: Where it runs, and in which number format.
    """

    @property
    def device(self) -> Device: ...

    def run(
        self, pixels: RgbFloat, cancelled: IsCancelled, progressed: Progressed = ignore
    ) -> RgbFloat:
        """Run it over pixels; see `run_network`."""
        ...

    def once(
        self, pixels: RgbFloat, cancelled: IsCancelled, progressed: Progressed = ignore
    ) -> RgbFloat:
        """Run it as `run` does, with the threads that this thread has, and any error as it is."""
        ...


@dataclass(frozen=True, slots=True)
class Network:
    """A network of torch that is ready to run.

    Attributes:
        forward: Maps (1, 3, H, W) in 0..1 to (1, 3, 4H, 4W); any H, W >= 1. It may check its second
            argument and raise Cancelled, and report progress to its third.
        device: Device of its weights, and number format of its input.
    """

    forward: Callable[["Tensor", IsCancelled, Progressed], "Tensor"]
    device: Device

    def batch(self, pixels: Rgb8 | RgbFloat) -> "Tensor":
        """Return contiguous (H, W, 3) pixels as the input of `forward`."""
        import torch

        # The transposed view of (H, W, 3) is in channels_last format.
        image = torch.from_numpy(to_float(pixels)).permute(2, 0, 1)[None]
        image = image.to(self.device.name, getattr(torch, self.device.pixels))
        return image if self.device.channels_last else image.contiguous()

    def run(
        self, pixels: RgbFloat, cancelled: IsCancelled, progressed: Progressed = ignore
    ) -> RgbFloat:
        return run_network(self, pixels, cancelled, progressed)

    def once(
        self, pixels: RgbFloat, cancelled: IsCancelled, progressed: Progressed = ignore
    ) -> RgbFloat:
        import torch

        with torch.inference_mode():
            fine = self.forward(self.batch(pixels), cancelled, progressed)
            fine = fine.clamp_(0, 1)[0].permute(1, 2, 0)
            result: RgbFloat = fine.to("cpu", torch.float32).numpy()
        return result


@dataclass(frozen=True, slots=True)
class ArrayNetwork:
    """A network that runs without torch.

    Attributes:
        forward: As of `Network`, on float32 arrays.
        device: "cpu", and its number format.
    """

    forward: Callable[[NDArray[np.float32], IsCancelled, Progressed], NDArray[np.float32]]
    device: Device

    def run(
        self, pixels: RgbFloat, cancelled: IsCancelled, progressed: Progressed = ignore
    ) -> RgbFloat:
        return run_on(self.device, lambda: self.once(pixels, cancelled, progressed))

    def once(
        self, pixels: RgbFloat, cancelled: IsCancelled, progressed: Progressed = ignore
    ) -> RgbFloat:
        fine = self.forward(pixels.transpose(2, 0, 1)[None], cancelled, progressed)
        clipped: RgbFloat = np.clip(fine, 0, 1, out=fine)[0].transpose(1, 2, 0)
        return clipped


def run_network(
    network: Network, pixels: RgbFloat, cancelled: IsCancelled, progressed: Progressed = ignore
) -> RgbFloat:
    """Run the network over `pixels`.

    Args:
        pixels: (H, W, 3) float32 in 0..1, writable and contiguous.
        network: The network.
        cancelled, progressed: Passed to the network.

    Returns:
        (4H, 4W, 3) float32 in 0..1.

    Raises:
        MemoryError: The image is too large for the device.
        Failure: The device failed.
        Cancelled: The run was cancelled.
    """
    import torch

    if torch.get_num_threads() != all_threads():
        # This thread first used torch while `fastest` timed a network with one thread, and torch
        # would keep that number.
        torch.set_num_threads(all_threads())

    return run_on(network.device, lambda: network.once(pixels, cancelled, progressed))


def run_on(device: Device, work: Callable[[], RgbFloat]) -> RgbFloat:
    """Return the result of `work`, which computes on a device.

    Raises:
        MemoryError: Memory ran out; what was cached of it is released.
        Failure: The device or the library reported another error.
    """
    try:
        return work()
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise Failure(
                translate(
                    "Error",
                    "The {hardware} reported an error ({reason}): try again, or choose another "
                    "device.",
                ).format(hardware=device.hardware, reason=first_line(error))
            ) from error
    # Outside `except`, as the error's traceback keeps intermediate results alive.
    release_cached_memory()
    raise MemoryError


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error reports that memory ran out."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(sign in text for sign in NO_MEMORY)


def first_line(error: Exception) -> str:
    """Return the first line of an error message for a sentence; possible keys in URLs are
    removed."""
    return redacted(str(error).partition("\n")[0].rstrip("."))
