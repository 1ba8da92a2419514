"""Encodes prompts into Stable Diffusion 3 embeddings, with two CLIP encoders and a T5.

As in Chain-of-Zoom: 77 tokens of both CLIPs concatenated, from the layer before the last, padded
with zeros to T5's width; then 512 tokens of T5, unmasked. The two pooled vectors are CLIP's
projections. An empty prompt is the encoded "", not zeros.

The encoders are three quarters of the model and run once per prompt, so each is loaded, run and,
where memory is short, released; the embeddings are cached in memory and on disk.
"""

import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cozviewer.models.coz.base import broken_part, open_part, quiet
from cozviewer.models.coz.prompt_embeds import PromptEmbeds, PromptEmbedsFolder
from cozviewer.models.device import Device
from cozviewer.models.memory.manager import release_cached_memory
from cozviewer.models.network import first_line, is_out_of_memory

CLIP_TOKENS = 77
T5_TOKENS = 512

REMEMBERED = 32
"""Number of prompts whose embeddings stay in memory, 5 MB each with the real encoders."""


@dataclass(frozen=True, slots=True)
class EncoderFiles:
    """The encoders of a base and the number format that they are loaded in.

    Attributes:
        folder: As `base_folder` returns it.
        dtype: torch dtype name.
        t5: Whether T5 is used; without it zeros take its place, as in diffusers. CLIP alone reads
            about 50 words, and less of how they relate to each other.
        quantised: "", "8bit" or "nf4", the format of T5.
    """

    folder: Path
    dtype: str
    t5: bool = True
    quantised: str = ""


class Encoder:
    """Encodes prompts, each once."""

    def __init__(
        self,
        files: EncoderFiles,
        device: Device,
        *,
        staying: bool = False,
        kept: PromptEmbedsFolder | None = None,
        remembered: int = REMEMBERED,
        opening: Callable[..., Any] | None = None,
    ) -> None:
        """Prepare; no file is read yet.

        Args:
            files: What to load.
            device: Device that the encoders run on.
            staying: Whether the encoders stay in memory until `free`.
            kept: Cache of encoded prompts on disk.
            remembered: Number of prompts whose embeddings stay in memory.
            opening: Opens an encoder in place of `open_part`.
        """
        self._files = files
        self._device = device
        self._staying = staying
        self._kept = kept
        self._remembered, self._opening = remembered, opening or open_part
        self._known: OrderedDict[str, PromptEmbeds] = OrderedDict()
        self._open: dict[str, Any] = {}

    def encode(
        self, prompt: str, check: Callable[[], None], acquire: Callable[[], object] = lambda: None
    ) -> PromptEmbeds:
        """Return the embeddings of a prompt.

        Args:
            prompt: Any text.
            check: Called before each encoder; an exception that it raises ends the work.
            acquire: Called before encoders are loaded, unless the embeddings are cached.

        Raises:
            BadInput: An encoder's files are broken.
        """
        if prompt not in self._known:
            embeds = self._kept.read(prompt) if self._kept else None
            if embeds is None:
                acquire()
                embeds = self._run_encoders(prompt, check)
                if self._kept:
                    self._kept.write(prompt, embeds)
            self._known[prompt] = embeds
            if len(self._known) > self._remembered:
                self._known.popitem(last=False)
        self._known.move_to_end(prompt)
        return self._known[prompt]

    def free(self) -> None:
        """Release the encoders that stayed in memory."""
        self._open.clear()

    def _run_encoders(self, prompt: str, check: Callable[[], None]) -> PromptEmbeds:
        import torch
        from torch.nn.functional import pad
        from transformers import CLIPTextModelWithProjection, CLIPTokenizer

        hidden, pooled = [], []
        for end in ("", "_2"):
            check()
            output = self._run(
                end, prompt, CLIPTokenizer, CLIPTextModelWithProjection, CLIP_TOKENS, hidden=True
            )
            hidden.append(output.hidden_states[-2].cpu())
            pooled.append(output.text_embeds.cpu())
        clip_tokens = torch.cat(hidden, -1)
        if self._files.t5:
            check()
            t5_tokens = self._run_t5(prompt)
        else:
            t5_tokens = clip_tokens.new_zeros(1, T5_TOKENS, self._width())
        clip_tokens = pad(clip_tokens, (0, t5_tokens.shape[-1] - clip_tokens.shape[-1]))
        return PromptEmbeds(torch.cat([clip_tokens, t5_tokens], -2), torch.cat(pooled, -1))

    def _run_t5(self, prompt: str) -> Any:
        from transformers import T5EncoderModel, T5TokenizerFast

        output = self._run("_3", prompt, T5TokenizerFast, T5EncoderModel, T5_TOKENS, hidden=False)
        return output.last_hidden_state.cpu()

    def _width(self) -> int:
        """Return the width of a token that the transformer expects."""
        try:
            config = json.loads((self._files.folder / "transformer" / "config.json").read_bytes())
            return int(config["joint_attention_dim"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise broken_part(self._files.folder, "transformer", first_line(error)) from error

    def _run(
        self, end: str, prompt: str, tokenizer: Any, kind: Any, length: int, *, hidden: bool
    ) -> Any:
        """Return the output of one encoder."""
        import torch

        try:
            with quiet():
                ids = tokenizer.from_pretrained(
                    self._files.folder / f"tokenizer{end}", local_files_only=True
                )(
                    prompt,
                    padding="max_length",
                    max_length=length,
                    truncation=True,
                    return_tensors="pt",
                ).input_ids
        except Exception as error:
            # The library fails in many ways on unexpected content.
            if is_out_of_memory(error):
                raise
            raise broken_part(self._files.folder, f"tokenizer{end}", first_line(error)) from error
        network = self._open.get(end) or self._opened(end, kind)
        if self._staying:
            self._open[end] = network
        with torch.inference_mode():
            output = network(ids.to(self._device.name), output_hidden_states=hidden)
        del network
        if not self._staying:
            release_cached_memory()
        return output

    def _opened(self, end: str, kind: Any) -> Any:
        import torch

        part, dtype = f"text_encoder{end}", getattr(torch, self._files.dtype)
        if self._files.quantised and end == "_3":
            # It is moved to the device while it is read, and cannot be moved afterwards.
            from transformers import BitsAndBytesConfig

            quantisation = (
                BitsAndBytesConfig(load_in_8bit=True)
                if self._files.quantised == "8bit"
                else BitsAndBytesConfig(
                    load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype
                )
            )
            where = {"": self._device.name}
            return self._opening(
                kind,
                self._files.folder,
                part,
                dtype,
                quantization_config=quantisation,
                device_map=where,
            )
        return self._opening(kind, self._files.folder, part, dtype).to(self._device.name)
