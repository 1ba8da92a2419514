"""Tiny networks for the tests of what reads and runs them."""

import io
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cozviewer.image.pixels import RgbFloat
from cozviewer.models.realesrgan.ncnn_format import FP16_TAG, Convolution, Weights


def param_text(layers: Sequence[Convolution]) -> str:
    """Return an ncnn `.param` of convolutions, one after the other."""
    lines = ["Input data 0 1 blob0"]
    for index, layer in enumerate(layers):
        weights = layer.inputs * layer.outputs * 9
        slope = "" if layer.slope is None else f" 9=2 -23310=1,{layer.slope:e}"
        lines.append(
            f"Convolution Conv_{index} 1 1 blob{index} blob{index + 1} "
            f"0={layer.outputs} 1=3 4=1 5=1 6={weights}{slope}"
        )
    return "\n".join(["7767517", f"{len(lines)} {len(lines)}", *lines, ""])


def random_weights(layers: Sequence[Convolution], kind: str = "<f2") -> list[Weights]:
    """Return weights for `layers`, small enough for pixels to stay in 0..1."""
    random = np.random.default_rng(7)
    return [
        Weights(
            (random.normal(0, 0.1, (layer.outputs, layer.inputs, 3, 3))).astype(kind),
            random.normal(0, 0.1, layer.outputs).astype("<f4"),
            random.normal(0, 0.1, layer.outputs).astype("<f4") if layer.prelu else None,
        )
        for layer in layers
    ]


def bin_bytes(weights: Sequence[Weights]) -> bytes:
    """Return the ncnn `.bin` of weights, by the description of the format."""
    content = b""
    for layer in weights:
        half = layer.kernel.dtype == np.float16
        content += struct.pack("<I", FP16_TAG if half else 0)
        content += layer.kernel.tobytes()
        content += bytes(-len(content) % 4)
        content += layer.bias.tobytes()
        if layer.slopes is not None:
            content += layer.slopes.tobytes()
    return content


def esrgan_state(**options: Any) -> dict[str, Any]:
    """Return the state dict of a tiny ESRGAN with random weights, as tensors."""
    import torch
    from spandrel.architectures.ESRGAN import ESRGAN

    with torch.random.fork_rng():
        torch.manual_seed(3)
        model = ESRGAN(**{"num_filters": 4, "num_blocks": 1, "scale": 4} | options)
    return dict(model.state_dict())


def compact_state(**options: Any) -> dict[str, Any]:
    """Return the state dict of a tiny SRVGGNet with random weights, as tensors."""
    import torch
    from spandrel.architectures.Compact import Compact

    with torch.random.fork_rng():
        torch.manual_seed(3)
        model = Compact(**{"num_feat": 4, "num_conv": 1, "upscale": 4} | options)
    return dict(model.state_dict())


def saved(path: Path, content: Any) -> Path:
    """Write `content` as a model file of the kind that the suffix names."""
    if path.suffix == ".safetensors":
        from safetensors.torch import save_file

        save_file(content, path)
    else:
        import torch

        file = io.BytesIO()
        torch.save(content, file)
        path.write_bytes(file.getvalue())
    return path


def detail(rgb: RgbFloat) -> float:
    """Return the energy of the Laplacian: how much fine detail an image has."""
    grey = rgb.mean(axis=2)
    laplacian = (
        4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    )
    return float(np.square(laplacian).mean())
