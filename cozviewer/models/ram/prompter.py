"""The prompter "tags": the names of what an image tagger recognises in the crop.

The mode "dape" of the Chain-of-Zoom authors, and the prompts of SeeSR, OSEDiff and PiSA-SR.
"""

from collections.abc import Mapping

import numpy as np

from cozviewer.config.choice import PrompterChoice
from cozviewer.image.pixels import Rgb8
from cozviewer.models.context import ModelContext
from cozviewer.models.memory.manager import release_cached_memory
from cozviewer.models.memory.plan import Model, Part
from cozviewer.models.network import first_line, is_out_of_memory
from cozviewer.models.qwen.folder import PROMPTER
from cozviewer.models.ram.files import Tags, ram_files, read_tags
from cozviewer.models.ram.network import Ram, open_ram, probabilities
from cozviewer.models.upscaler import load_error
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import BadInput, CozviewerError, Failure
from cozviewer.util.translation import translate

TITLE = "RAM"

WEIGHTS, WORKING = 852_000_000, 750_000_000
"""Bytes of the weights in fp32, and of the memory that loading takes beside them; a run takes 180
MB. Measured with weights of the published size, Swin large with 384 pixels and 4585 tags."""


class TagsPrompter:
    """A `Prompter` that runs the image tagger RAM."""

    name = TITLE

    def __init__(self, choice: PrompterChoice, context: ModelContext) -> None:
        """Prepare; no heavy library is imported and no weights are read before `prompt`.

        Args:
            choice: The files; see `ram_files`.
            context: Where it runs. The memory modes "8bit" and "nf4" do not quantise it.

        Raises:
            BadInput: A file is missing, or the list of tags is broken.
        """
        self._files = ram_files(choice, context.cache_dir)
        self._tags: Tags = read_tags(self._files)
        self._context = context
        context.memory_manager.expect(lambda place, quantised: [tagger_model()])
        self._identity: Mapping[str, str] | None = None
        self._ram: Ram | None = None

    @property
    def identity(self) -> Mapping[str, str]:
        if self._identity is None:
            digests = self._files.digests(self._context.cache_dir)
            self._identity = {"name": "tags", **digests}
        return self._identity

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        """Return the tags of `crop`, separated by commas; "" if nothing is recognised.

        Raises:
            BadInput: A file is broken, or was changed.
            Cancelled: `cancelled` returned True.
            Failure: The network does not fit into memory, or the device failed.
        """

        def check() -> None:
            check_cancelled(cancelled)

        check()
        ram = self._loaded()
        try:
            found = probabilities(ram, crop, check)
        except CozviewerError:
            raise
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise Failure(
                    translate(
                        "Error",
                        "{name} failed on the {hardware} ({reason}): try "
                        "again, or choose another device or model.",
                    ).format(name=TITLE, hardware=ram.device.hardware, reason=first_line(error))
                ) from error
        else:
            tags = self._tags
            above = np.flatnonzero(found > np.asarray(tags.thresholds, np.float32))
            return ", ".join(tags.names[index] for index in above)
        # Outside `except`, as the error's traceback keeps intermediate results alive.
        release_cached_memory()
        raise Failure(
            translate(
                "Error", "{name} ran out of memory: close other programs, or choose another device."
            ).format(name=TITLE)
        )

    def free(self) -> None:
        """Release the network; the next prompt loads it again."""
        if self._ram is not None:
            self._ram = None
            release_cached_memory()

    def _loaded(self) -> Ram:
        if self._ram is None:
            files = self._files
            try:
                self._context.memory_manager.acquire(PROMPTER, self.free)
                ram = open_ram(files.ram, files.dape, self._context.place())
            except (ImportError, OSError, MemoryError, RuntimeError) as error:
                raise load_error(TITLE, error) from error
            if self._identity not in (
                None,
                {"name": "tags", **files.digests(self._context.cache_dir)},
            ):
                raise BadInput(
                    translate(
                        "Error", "The file {path} changed after it was chosen: choose it again."
                    ).format(path=files.ram)
                )
            if ram.tags != len(self._tags.names):
                raise BadInput(
                    translate(
                        "Error",
                        "The list {path} has {listed} tags and the file {ram} has {tags}: choose "
                        "the list that belongs to it.",
                    ).format(
                        path=files.tags,
                        listed=len(self._tags.names),
                        ram=files.ram,
                        tags=ram.tags,
                    )
                )
            self._ram = ram
        return self._ram


def tagger_model() -> Model:
    """Return the memory need of the tagger, for `MemoryManager`."""
    parts = (Part("model", WEIGHTS, WORKING),)
    return Model(PROMPTER, TITLE, parts, instead=translate("Error", "choose another prompter"))
