"""The header of a file that is only read region by region, where a Pillow image is expected."""

import io
from typing import Any

from PIL.ImageFile import ImageFile

from cozviewer.image.regions.opening import open_anything
from cozviewer.image.tiled.protocol import RegionFacts, RegionRequest


class RegionHeader(ImageFile):
    """Size and metadata of an image in Pillow's clothes; its pixels are not loaded this way.

    Pillow's class because size, mode and metadata are where code for opened files expects
    them.

    Attributes:
        facts: What the file states.
    """

    def __init__(self, file: io.BufferedReader, request: RegionRequest) -> None:
        """Read the header.

        Raises:
            BadInput, Cancelled: As `protocol.OpenRegions`.
        """
        self._request = request
        self.facts = RegionFacts()
        super().__init__(file)

    def _open(self) -> None:
        reader = open_anything(self._request)
        reader.close()
        self.format, self.facts = reader.kind, reader.facts
        self._size, self._mode = reader.sizes[0], "RGB"

    def load(self) -> Any:
        """Raise OSError: there may be far more pixels than fit into memory."""
        raise OSError("it is read region by region")
