"""A cache of encoded prompts on disk, so that known prompts need no text encoder.

A folder of safetensors files of 5 MB, each named by the digest of its inputs.
"""

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cozviewer.util.atomic import atomic_private_path

if TYPE_CHECKING:
    from torch import Tensor

FILES = 64
"""Maximum number of prompts; the least recently used is removed first."""

METHOD = "1"
"""Version of how prompts are encoded."""


@dataclass(frozen=True, eq=False, slots=True)
class PromptEmbeds:
    """An encoded prompt, on the CPU.

    Attributes:
        tokens: (1, 77 + 512, width of T5), in the number format of the encoders.
        pooled: (1, widths of both CLIP projections).
    """

    tokens: "Tensor"
    pooled: "Tensor"


@dataclass(frozen=True, slots=True)
class PromptEmbedsFolder:
    """A folder of encoded prompts.

    Attributes:
        folder: The folder; created when the first prompt is written.
        encoders: Identifies the encoders: files, number format, and whether T5 is among them.
    """

    folder: Path
    encoders: str

    def path(self, prompt: str) -> Path:
        """Return the path of a prompt's file."""
        return self.folder / f"{self._digest(prompt)}.safetensors"

    def read(self, prompt: str) -> PromptEmbeds | None:
        """Return an encoded prompt; None if it is not there or its file is broken."""
        import torch
        from safetensors import SafetensorError, safe_open

        path = self.path(prompt)
        try:
            with safe_open(path, framework="pt") as file:
                if file.metadata() != {"words": self._digest(prompt)}:
                    return None
                embeds = PromptEmbeds(file.get_tensor("tokens"), file.get_tensor("pooled"))
            os.utime(path)
        except (OSError, SafetensorError, ValueError, KeyError, TypeError):
            return None
        shaped = (embeds.tokens.ndim, embeds.pooled.ndim) == (3, 2) and all(
            part.is_floating_point() and len(part) == 1 for part in (embeds.tokens, embeds.pooled)
        )
        whole = shaped and all(
            bool(torch.isfinite(part).all()) for part in (embeds.tokens, embeds.pooled)
        )
        return embeds if whole else None

    def write(self, prompt: str, embeds: PromptEmbeds) -> None:
        """Write a prompt atomically; if that fails, it is encoded again another time."""
        from safetensors import SafetensorError
        from safetensors.torch import save_file

        path = self.path(prompt)
        with suppress(OSError, SafetensorError):
            with atomic_private_path(path) as part:
                tensors = {
                    "tokens": embeds.tokens.contiguous(),
                    "pooled": embeds.pooled.contiguous(),
                }
                save_file(tensors, part, {"words": self._digest(prompt)})
            self._remove_oldest()

    def _digest(self, prompt: str) -> str:
        key = f"{METHOD} {self.encoders} {prompt}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(key).hexdigest()

    def _remove_oldest(self) -> None:
        """Remove the oldest files beyond the limit, and leftovers of interrupted writes."""
        files = sorted(self.folder.iterdir(), key=lambda path: -path.stat().st_mtime)
        for path in files[FILES:]:
            path.unlink(missing_ok=True)
