"""Prompts become what Stable Diffusion 3 listens to: two CLIP encoders and a T5.

As the authors of Chain-of-Zoom have it: 77 tokens of both CLIPs beside each other, the layer
before the last, padded with zeros to T5's width; then 512 tokens of T5, unmasked. The two pooled
vectors are CLIP's projections. No prompt is the encoded "", not zeros.

The encoders are three quarters of the model and needed once per prompt, so each is opened, asked
and let go, and what it said is remembered.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cozviewer.models.coz_base import broken_part, open_part, quiet
from cozviewer.models.device import Device
from cozviewer.models.network import first_line, is_out_of_memory

if TYPE_CHECKING:
    from torch import Tensor

CLIP_TOKENS = 77
T5_TOKENS = 512

REMEMBERED = 32
"""Prompts whose embeddings are kept: 5 MB each with the real encoders."""


@dataclass(frozen=True, eq=False, slots=True)
class Words:
    """An encoded prompt, on the CPU.

    Attributes:
        tokens: (1, 77 + 512, width of T5), as the encoders computed it.
        pooled: (1, widths of both CLIP projections).
    """

    tokens: "Tensor"
    pooled: "Tensor"


class Encoder:
    """Encodes prompts, each once."""

    def __init__(self, folder: Path, device: Device, dtype: str) -> None:
        """Prepare; nothing is read yet.

        Args:
            folder: As `base_folder` returns it.
            device: Where the encoders compute.
            dtype: torch's name of the numbers that they compute in.
        """
        self._folder = folder
        self._device = device
        self._dtype = dtype
        self._known: OrderedDict[str, Words] = OrderedDict()

    def words(self, prompt: str, check: Callable[[], None]) -> Words:
        """Return the embeddings of a prompt.

        Args:
            check: Called before each encoder; what it raises ends the work.

        Raises:
            BadInput: An encoder's files are broken.
        """
        if prompt not in self._known:
            self._known[prompt] = self._encode(prompt, check)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(prompt)
        return self._known[prompt]

    def _encode(self, prompt: str, check: Callable[[], None]) -> Words:
        import torch
        from torch.nn.functional import pad
        from transformers import (
            CLIPTextModelWithProjection,
            CLIPTokenizer,
            T5EncoderModel,
            T5TokenizerFast,
        )

        hidden, pooled = [], []
        for end in ("", "_2"):
            check()
            said = self._ask(
                end, prompt, CLIPTokenizer, CLIPTextModelWithProjection, CLIP_TOKENS, hidden=True
            )
            hidden.append(said.hidden_states[-2].cpu())
            pooled.append(said.text_embeds.cpu())
        check()
        t5 = self._ask("_3", prompt, T5TokenizerFast, T5EncoderModel, T5_TOKENS, hidden=False)
        t5_tokens = t5.last_hidden_state.cpu()
        clip_tokens = torch.cat(hidden, -1)
        clip_tokens = pad(clip_tokens, (0, t5_tokens.shape[-1] - clip_tokens.shape[-1]))
        return Words(torch.cat([clip_tokens, t5_tokens], -2), torch.cat(pooled, -1))

    def _ask(
        self, end: str, prompt: str, tokenizer: Any, kind: Any, length: int, *, hidden: bool
    ) -> Any:
        """Return what one encoder says; it is in memory only meanwhile."""
        import torch

        try:
            with quiet():
                ids = tokenizer.from_pretrained(
                    self._folder / f"tokenizer{end}", local_files_only=True
                )(
                    prompt,
                    padding="max_length",
                    max_length=length,
                    truncation=True,
                    return_tensors="pt",
                ).input_ids
        except Exception as error:
            # The library fails in many ways on what it does not expect in a file.
            if is_out_of_memory(error):
                raise
            raise broken_part(self._folder, f"tokenizer{end}", first_line(error)) from error
        network = open_part(
            kind, self._folder, f"text_encoder{end}", getattr(torch, self._dtype)
        ).to(self._device.name)
        with torch.inference_mode():
            return network(ids.to(self._device.name), output_hidden_states=hidden)
