"""Prompts become what Stable Diffusion 3 listens to: two CLIP encoders and a T5.

As the authors of Chain-of-Zoom have it: 77 tokens of both CLIPs beside each other, the layer
before the last, padded with zeros to T5's width; then 512 tokens of T5, unmasked. The two pooled
vectors are CLIP's projections. No prompt is the encoded "", not zeros.

The encoders are three quarters of the model and needed once per prompt, so each is opened, asked
and, where memory is not plenty, let go; what they said is remembered, and kept on the disk.
"""

import json
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cozviewer.models.coz.base import broken_part, open_part, quiet
from cozviewer.models.coz.prompt_embeds import Words, WordsFolder
from cozviewer.models.device import Device
from cozviewer.models.memory.manager import give_back
from cozviewer.models.network import first_line, is_out_of_memory

CLIP_TOKENS = 77
T5_TOKENS = 512

REMEMBERED = 32
"""Prompts whose embeddings are in memory: 5 MB each with the real encoders."""


class Encoder:
    """Encodes prompts, each once."""

    def __init__(
        self,
        folder: Path,
        device: Device,
        dtype: str,
        *,
        t5: bool = True,
        staying: bool = False,
        quantised: str = "",
        kept: WordsFolder | None = None,
    ) -> None:
        """Prepare; nothing is read yet.

        Args:
            folder: As `base_folder` returns it.
            device: Where the encoders compute.
            dtype: torch's name of the numbers that they compute in.
            t5: Whether T5 is asked; zeros take its place, as diffusers has it. CLIP alone hears
                about 50 words, and less of how they belong together.
            staying: Whether the encoders stay in memory until `free`.
            quantised: "", "8bit" or "nf4", for T5.
            kept: Where prompts are kept on the disk.
        """
        self._folder = folder
        self._device = device
        self._dtype = dtype
        self._t5 = t5
        self._staying = staying
        self._quantised = quantised
        self._kept = kept
        self._known: OrderedDict[str, Words] = OrderedDict()
        self._open: dict[str, Any] = {}

    def words(
        self, prompt: str, check: Callable[[], None], enter: Callable[[], object] = lambda: None
    ) -> Words:
        """Return the embeddings of a prompt.

        Args:
            check: Called before each encoder; what it raises ends the work.
            enter: Called before encoders are opened; not where the embeddings are kept.

        Raises:
            BadInput: An encoder's files are broken.
        """
        if prompt not in self._known:
            words = self._kept.read(prompt) if self._kept else None
            if words is None:
                enter()
                words = self._encode(prompt, check)
                if self._kept:
                    self._kept.write(prompt, words)
            self._known[prompt] = words
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(prompt)
        return self._known[prompt]

    def free(self) -> None:
        """Let go of the encoders that stayed."""
        self._open.clear()

    def _encode(self, prompt: str, check: Callable[[], None]) -> Words:
        import torch
        from torch.nn.functional import pad
        from transformers import CLIPTextModelWithProjection, CLIPTokenizer

        hidden, pooled = [], []
        for end in ("", "_2"):
            check()
            said = self._ask(
                end, prompt, CLIPTokenizer, CLIPTextModelWithProjection, CLIP_TOKENS, hidden=True
            )
            hidden.append(said.hidden_states[-2].cpu())
            pooled.append(said.text_embeds.cpu())
        clip_tokens = torch.cat(hidden, -1)
        if self._t5:
            check()
            t5_tokens = self._ask_t5(prompt)
        else:
            t5_tokens = clip_tokens.new_zeros(1, T5_TOKENS, self._width())
        clip_tokens = pad(clip_tokens, (0, t5_tokens.shape[-1] - clip_tokens.shape[-1]))
        return Words(torch.cat([clip_tokens, t5_tokens], -2), torch.cat(pooled, -1))

    def _ask_t5(self, prompt: str) -> Any:
        from transformers import T5EncoderModel, T5TokenizerFast

        said = self._ask("_3", prompt, T5TokenizerFast, T5EncoderModel, T5_TOKENS, hidden=False)
        return said.last_hidden_state.cpu()

    def _width(self) -> int:
        """Return how wide the transformer expects a token to be."""
        try:
            config = json.loads((self._folder / "transformer" / "config.json").read_bytes())
            return int(config["joint_attention_dim"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise broken_part(self._folder, "transformer", first_line(error)) from error

    def _ask(
        self, end: str, prompt: str, tokenizer: Any, kind: Any, length: int, *, hidden: bool
    ) -> Any:
        """Return what one encoder says."""
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
        network = self._open.get(end) or self._opened(end, kind)
        if self._staying:
            self._open[end] = network
        with torch.inference_mode():
            said = network(ids.to(self._device.name), output_hidden_states=hidden)
        del network
        if not self._staying:
            give_back()
        return said

    def _opened(self, end: str, kind: Any) -> Any:
        import torch

        part, dtype = f"text_encoder{end}", getattr(torch, self._dtype)
        if self._quantised and end == "_3":
            # It goes to the device while it is read; it cannot be moved afterwards.
            from transformers import BitsAndBytesConfig

            smaller = (
                BitsAndBytesConfig(load_in_8bit=True)
                if self._quantised == "8bit"
                else BitsAndBytesConfig(
                    load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype
                )
            )
            where = {"": self._device.name}
            return open_part(
                kind, self._folder, part, dtype, quantization_config=smaller, device_map=where
            )
        return open_part(kind, self._folder, part, dtype).to(self._device.name)
