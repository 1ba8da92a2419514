"""Encoded prompts, kept on the disk: where one is there, no text encoder is opened at all.

A folder of safetensors files of 5 MB, each named after the digest of what it was made from.
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
"""Most prompts that are kept; the one that was used longest ago goes first."""

METHOD = "1"
"""Counts changes of how prompts are encoded."""


@dataclass(frozen=True, eq=False, slots=True)
class Words:
    """An encoded prompt, on the CPU.

    Attributes:
        tokens: (1, 77 + 512, width of T5), as the encoders computed it.
        pooled: (1, widths of both CLIP projections).
    """

    tokens: "Tensor"
    pooled: "Tensor"


@dataclass(frozen=True, slots=True)
class WordsFolder:
    """Where encoded prompts are kept.

    Attributes:
        folder: It is made when the first one is kept.
        encoders: What they were encoded with: files, numbers, and whether T5 was among them.
    """

    folder: Path
    encoders: str

    def path(self, prompt: str) -> Path:
        """Return where a prompt is kept."""
        return self.folder / f"{self._digest(prompt)}.safetensors"

    def read(self, prompt: str) -> Words | None:
        """Return a prompt as it was kept; None where it was not, or its file is broken."""
        import torch
        from safetensors import SafetensorError, safe_open

        path = self.path(prompt)
        try:
            with safe_open(path, framework="pt") as file:
                if file.metadata() != {"words": self._digest(prompt)}:
                    return None
                words = Words(file.get_tensor("tokens"), file.get_tensor("pooled"))
            os.utime(path)
        except (OSError, SafetensorError, ValueError, KeyError, TypeError):
            return None
        shaped = (words.tokens.ndim, words.pooled.ndim) == (3, 2) and all(
            part.is_floating_point() and len(part) == 1 for part in (words.tokens, words.pooled)
        )
        whole = shaped and all(
            bool(torch.isfinite(part).all()) for part in (words.tokens, words.pooled)
        )
        return words if whole else None

    def write(self, prompt: str, words: Words) -> None:
        """Keep a prompt, atomically; where that fails, it is encoded again another time."""
        from safetensors import SafetensorError
        from safetensors.torch import save_file

        path = self.path(prompt)
        with suppress(OSError, SafetensorError):
            with atomic_private_path(path) as part:
                tensors = {"tokens": words.tokens.contiguous(), "pooled": words.pooled.contiguous()}
                save_file(tensors, part, {"words": self._digest(prompt)})
            self._forget()

    def _digest(self, prompt: str) -> str:
        said = f"{METHOD} {self.encoders} {prompt}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(said).hexdigest()

    def _forget(self) -> None:
        """Remove what is too much, and what a program that died has left half written."""
        files = sorted(self.folder.iterdir(), key=lambda path: -path.stat().st_mtime)
        for path in files[FILES:]:
            path.unlink(missing_ok=True)
