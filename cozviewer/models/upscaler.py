"""Runs a 4x network as the chain's `Upscaler`: numpy in, numpy out, on any device.

What the embedded engine and model files have in common. They differ in how the network is opened,
which is a function given to `NetworkUpscaler`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from cozviewer.chain.protocols import Notice, Progressed, ignore
from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.models.device import AUTO, Device, pick_device, ways
from cozviewer.models.network import Network, first_line, is_out_of_memory, run_network
from cozviewer.models.number_formats import fastest
from cozviewer.models.tiling import upscale_in_parts
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import BadInput, Failure

HALO = 16
"""Parent pixels of context around a run of a convolutional network. Over 1024 x 1024 pixels around
a place where four runs of Real-ESRGAN meet: the mean step across their borders, over that at the
same places drawn at once, and the mean difference from what is drawn at once, in grey levels:

             gradient          sky         text        grass          fur
    ×4     1.01, 0.35   0.98, 0.22   0.99, 0.44   1.09, 0.61   1.00, 0.88
    ×16    0.99, 0.19   0.97, 0.25   1.02, 0.32   1.05, 1.02   0.88, 0.98

Fur in a view of 1280 x 800, drawn in two halves, differs by 0.53, 0.46, 0.40 and 0.36 levels with
a halo of 16, 20, 24 and 32; the view costs 1.6, 1.7, 1.8 and 1.9 times what is seen of its parent.

These are with zeros beyond the edges of the features, as in training. With the mean of the
features there (see `rrdbnet.forward`), bf16 has 1.00, 0.39 for grass at ×4, 1.00, 0.29 at ×16,
0.99, 0.73 for fur at ×4 and 0.91, 0.91 at ×16. In fp32, fur at ×4 differs by 0.61, and by 0.50
with a halo of 20.

Mean difference of 96 x 96 pixels drawn alone, in fp32, from what a wide context gives at ×4:

    halo            8     12     16     20     24     28    16, mean    16, repeated    24, cut to 8
    fur           2.4    2.0    1.6    1.3    1.0    0.8         1.2             3.5             2.6
    grass         1.4    1.2    1.0    0.8    0.6    0.5         0.7             3.4             1.6

So the mean is worth 5 pixels of halo or more, while features that are repeated beyond the edges
make it worse. So does cutting a halo of 24 to 8 bit by bit within the network, at the cost of 16.
"""

CONTEXT = 32
"""Parent pixels of context where a run is split into parts, as those are not joined afterwards."""

PART = 384 * 384
"""Most parent pixels of a part: a view of 1280 x 800 is one."""


class NetworkUpscaler:
    """An `Upscaler` around a network; see there for the contract."""

    generative = True
    accepts_prompt = False

    def __init__(
        self,
        name: str,
        identity: Callable[[], Mapping[str, str]],
        open_network: Callable[[Device], Network],
        *,
        device: str,
        numbers: str = AUTO,
        cache_dir: Path | None = None,
        notice: Notice,
        part: int = PART,
        halo: int = HALO,
    ) -> None:
        """Prepare; nothing is imported or read before `load` or `identity`.

        Args:
            name: What people call it.
            identity: Called when the identity is needed, at most once.
            open_network: Reads the weights onto a device; raises BadInput.
            device: As `pick_device` takes it.
            numbers: "fp32", "bf16", or "auto" for the fastest; see `ways` and `fastest`.
            cache_dir: Where the fastest number format is kept; None times them at every start.
            notice: Told when memory ran out and parts became smaller, once.
            part: Most parent pixels of a part.
            halo: Parent pixels of context around a crop.
        """
        self.name = name
        self.halo = halo
        self._make_identity = identity
        self._open_network = open_network
        self._wanted_device, self._numbers = device, numbers
        self._cache_dir = cache_dir
        self._notice = notice
        self._part = part
        self._shrunk = False
        self._identity: Mapping[str, str] | None = None
        self._network: Network | None = None

    @property
    def identity(self) -> Mapping[str, str]:
        if self._identity is None:
            self._identity = self._make_identity()
        return self._identity

    @property
    def device(self) -> str:
        return "" if self._network is None else self._network.device.label

    def load(self, cancelled: IsCancelled = never) -> None:
        self._loaded(cancelled)

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        network = self._loaded(cancelled)
        return upscale_in_parts(
            rgb,
            lambda pixels, moved: run_network(network, pixels, cancelled, moved),
            most=self._part,
            halo=max(self.halo, CONTEXT),
            cancelled=cancelled,
            shrunk=self._shrink,
            progressed=progressed,
        )

    def _loaded(self, cancelled: IsCancelled = never) -> Network:
        if self._network is None:
            try:
                self._network = self._opened(cancelled)
            except (ImportError, OSError, MemoryError, RuntimeError) as error:
                raise not_loaded(self.name, error) from error
        return self._network

    def _opened(self, cancelled: IsCancelled) -> Network:
        """Return the network, in the number format that is wanted or the fastest one."""
        candidates = ways(pick_device(self._wanted_device), self._numbers)
        if len(candidates) > 1:
            return fastest(
                candidates,
                self._open_network,
                identity=self.identity,
                folder=self._cache_dir,
                cancelled=cancelled,
            )
        network = self._open_network(candidates[0])
        if self._numbers not in (AUTO, network.device.numbers):
            raise BadInput(
                f"{self.name} does not work in {self._numbers}: choose --numbers auto or "
                f"{network.device.numbers}."
            )
        return network

    def _shrink(self, part: int) -> None:
        """Keep to parts that fitted, and say so the first time."""
        self._part = part
        if not self._shrunk:
            self._shrunk = True
            self._notice(
                f"{self.name} ran out of memory and goes on in smaller parts, a little slower."
            )


def not_loaded(name: str, error: Exception) -> Failure:
    """Return what to tell when the device or the libraries refuse an engine."""
    if is_out_of_memory(error):
        return Failure(
            f"{name} does not fit into memory: close other programs, or choose another device."
        )
    return Failure(
        f"{name} could not be loaded ({first_line(error)}): choose another device, or install "
        "torch and torchvision again, both together."
    )
