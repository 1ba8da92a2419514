"""Runs a 4x network as the chain's `Upscaler`: numpy in, numpy out, on any device.

Used by the built-in engine and by model files, which pass a function that loads the network.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from cozviewer.chain.protocols import Progressed, Upscaler, ignore
from cozviewer.image.pixels import Rgb8, RgbFloat, to_float
from cozviewer.models import without_torch
from cozviewer.models.context import ModelContext
from cozviewer.models.device import AUTO, Device, ways
from cozviewer.models.network import LoadedNetwork, Network, first_line, is_out_of_memory
from cozviewer.models.number_formats import fastest
from cozviewer.models.tiling import upscale_in_parts
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import BadInput, CozviewerError, Failure
from cozviewer.util.translation import translate

HALO = 16
"""Parent pixels of context around a run of a convolutional network. Measured over 1024 x 1024
pixels where four runs of Real-ESRGAN meet: the mean step across their borders, divided by that of a
single run at the same places, and the mean difference from a single run, in grey levels:

             gradient          sky         text        grass          fur
    ×4     1.01, 0.35   0.98, 0.22   0.99, 0.44   1.09, 0.61   1.00, 0.88
    ×16    0.99, 0.19   0.97, 0.25   1.02, 0.32   1.05, 1.02   0.88, 0.98

Fur in a view of 1280 x 800, computed in two halves, differs by 0.53, 0.46, 0.40 and 0.36 levels
with a halo of 16, 20, 24 and 32; the view then costs 1.6, 1.7, 1.8 and 1.9 times its visible area.

This is with zeros beyond the edges of the features, as in training. With the mean of the features
there (see `rrdbnet.forward`), bf16 gives 1.00, 0.39 for grass at ×4, 1.00, 0.29 at ×16, 0.99, 0.73
for fur at ×4 and 0.91, 0.91 at ×16. In fp32, fur at ×4 differs by 0.61, and by 0.50 with a halo of
20.

Mean difference of a crop of 96 x 96 pixels in fp32 at ×4 from the result with wide context:

    halo            8     12     16     20     24     28    16, mean    16, repeated    24, cut to 8
    fur           2.4    2.0    1.6    1.3    1.0    0.8         1.2             3.5             2.6
    grass         1.4    1.2    1.0    0.8    0.6    0.5         0.7             3.4             1.6

So the mean is worth 5 pixels of halo or more, while repeating features beyond the edges is worse.
Also worse is reducing a halo of 24 to 8 gradually within the network, at the cost of 16.
"""

CONTEXT = 32
"""Parent pixels of context around the parts of a run, whose borders are not blended."""

PART = 384 * 384
"""Maximum parent pixels of a part; a view of 1280 x 800 is one part."""


@dataclass(frozen=True)
class RunSize:
    """Parent pixels of a run of a network.

    Attributes:
        most: Maximum of a part.
        halo: Context around a crop.
    """

    most: int = PART
    halo: int = HALO


class NetworkUpscaler:
    """An `Upscaler` that runs a network."""

    generative = True
    accepts_prompt = False

    def __init__(
        self,
        name: str,
        identity: Callable[[], Mapping[str, str]],
        open_network: Callable[[Device], Network],
        context: ModelContext,
        *,
        size: RunSize = RunSize(),
        open_without_torch: Callable[[Device], LoadedNetwork] | None = None,
    ) -> None:
        """Prepare; nothing is imported or read before `load` or `identity`.

        Args:
            name: Display name.
            identity: Returns the identity; called at most once.
            open_network: Loads the weights onto a device; raises BadInput.
            context: Where and how it runs. With the number format "auto" the fastest one is
                measured, see `fastest`. The notice is called once when memory runs out.
            size: How much is run at once.
            open_without_torch: As `open_network`, through OpenVINO; None if it needs torch.
        """
        self.name = name
        self.halo = size.halo
        self._make_identity = identity
        self._open_network = open_network
        self._open_without_torch = open_without_torch
        self._context = context
        self._part = size.most
        self._shrunk = False
        self._identity: Mapping[str, str] | None = None
        self._network: LoadedNetwork | None = None

    @property
    def identity(self) -> Mapping[str, str]:
        if self._identity is None:
            self._identity = self._make_identity()
        return self._identity

    @property
    def device(self) -> str:
        return "" if self._network is None else self._network.device.label

    def load(self, cancelled: IsCancelled = never) -> None:
        self.network(cancelled)

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        network = self.network(cancelled)
        return upscale_in_parts(
            rgb,
            lambda pixels, moved: network.run(pixels, cancelled, moved),
            most=self._part,
            halo=max(self.halo, CONTEXT),
            cancelled=cancelled,
            shrunk=self._shrink,
            progressed=progressed,
        )

    def network(self, cancelled: IsCancelled = never) -> LoadedNetwork:
        """Return the network; loads it if necessary, see `load`."""
        if self._network is None:
            try:
                self._network = self._opened(cancelled)
            except (ImportError, OSError, MemoryError, RuntimeError) as error:
                raise load_error(self.name, error) from error
        return self._network

    def _opened(self, cancelled: IsCancelled) -> LoadedNetwork:
        """Return the network, in the chosen number format or the fastest one."""
        numbers, wanted = self._context.numbers, self._context.device
        hardware = self._context.hardware
        opening: Callable[[Device], LoadedNetwork] = self._open_network
        with_torch = self._open_without_torch is None or not without_torch.suffices(
            wanted, hardware
        )
        if with_torch and not hardware.has_torch:
            raise without_torch.no_torch(self.name)
        if self._open_without_torch is None or with_torch:
            candidates = ways(self._context.place(), numbers, hardware)
        else:
            candidates = without_torch.ways(wanted, numbers)
            opening = self._open_without_torch
        if len(candidates) > 1:
            return fastest(
                candidates,
                opening,
                identity=self.identity,
                folder=self._context.cache_dir,
                with_torch=with_torch,
                hardware=hardware,
                cancelled=cancelled,
            )
        network = opening(candidates[0])
        if numbers not in (AUTO, network.device.numbers):
            raise BadInput(
                translate(
                    "Error",
                    "{name} does not support the number format {numbers}: choose auto or "
                    "{supported}.",
                ).format(name=self.name, numbers=numbers, supported=network.device.numbers)
            )
        return network

    def _shrink(self, part: int) -> None:
        """Use smaller parts from now on, and say so the first time."""
        self._part = part
        if not self._shrunk:
            self._shrunk = True
            self._context.notice(
                translate(
                    "Error",
                    "{name} ran out of memory and continues in smaller parts, a little slower.",
                ).format(name=self.name)
            )


def load_error(name: str, error: Exception) -> CozviewerError:
    """Return the error for an engine that the device or the libraries cannot load."""
    if is_out_of_memory(error):
        return Failure(
            translate(
                "Error",
                "{name} does not fit into memory: close other programs, or choose another device.",
            ).format(name=name)
        )
    if isinstance(error, ModuleNotFoundError) and error.name == "torch":
        return without_torch.no_torch(name)
    return Failure(
        translate(
            "Error",
            "{name} could not be loaded ({reason}): choose another device, or reinstall cozviewer.",
        ).format(name=name, reason=first_line(error))
    )


def bare_run(upscaler: Upscaler, rgb: Rgb8, cancelled: IsCancelled) -> RgbFloat:
    """Return an image upscaled by 4 in a single run, without parts and context.

    Nothing can be faster with this network, so `cozviewer bench` compares with it. An engine that
    is not a plain network (`coz`, `bicubic`) upscales as usual.

    Args:
        upscaler: The engine; loaded if necessary.
        rgb: (H, W, 3) uint8.
        cancelled: Checked during the run.

    Returns:
        (4H, 4W, 3) float32 in 0..1.

    Raises:
        Cancelled: `cancelled` returned True.
        Failure: The device failed, or the image is too large for it.
    """
    if not isinstance(upscaler, NetworkUpscaler):
        return upscaler.upscale(rgb, "", 0, cancelled)
    network = upscaler.network(cancelled)
    pixels = np.array(to_float(rgb), np.float32, order="C")
    try:
        return network.run(pixels, cancelled)
    except MemoryError as error:
        height, width = rgb.shape[:2]
        raise Failure(
            translate(
                "Error",
                "Not enough memory for a single run over {width} × {height} pixels: close other "
                "programs, or measure with --quick.",
            ).format(width=width, height=height)
        ) from error
