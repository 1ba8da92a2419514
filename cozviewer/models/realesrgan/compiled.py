"""Keeps a network that OpenVINO has compiled in a file of the cache, checked before each use.

The network is kept in pieces, each under a name that says what was compiled, by what, and for which
CPU. In int8, a start without the file takes 3.6 core-seconds to compile, and one with it 1.3.
OpenVINO's own cache does not recognise this network from one process to the next.
"""

import hashlib
import io
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cozviewer.util.atomic import atomic_private_path
from cozviewer.util.cancel import never

if TYPE_CHECKING:
    from openvino import CompiledModel, Core, Model


class CompiledFile:
    """A safetensors file with the bytes of each piece by name, and their digests."""

    def __init__(self, path: Path, is_timing: Callable[[], bool] = never) -> None:
        """Read and write nothing yet.

        Args:
            path: The file; its folder is made when it is written.
            is_timing: Returns whether the calling thread times number formats. Most of them are not
                used afterwards, so nothing is written meanwhile.
        """
        self._path, self.is_timing = path, is_timing

    def read(self, name: str) -> bytes | None:
        """Return a piece, or None if it is not there or damaged."""
        from safetensors import safe_open

        try:
            with safe_open(self._path, framework="np") as file:
                data = bytes(file.get_tensor(name).data)
                digest = file.metadata()[name]
        except Exception:  # however it is broken, it is made again
            return None
        return data if hashlib.sha256(data).hexdigest() == digest else None

    def write(self, pieces: Mapping[str, bytes]) -> bool:
        """Replace the file atomically and return whether that was possible."""
        from safetensors.numpy import save

        arrays = {name: np.frombuffer(data, np.uint8) for name, data in pieces.items()}
        digests = {name: hashlib.sha256(data).hexdigest() for name, data in pieces.items()}
        with suppress(OSError), atomic_private_path(self._path) as part:
            part.write_bytes(save(arrays, digests))
            return True
        return False


def exported(piece: "CompiledModel") -> bytes:
    """Return a piece as bytes that can be imported.

    Raises:
        RuntimeError: It was imported itself.
    """
    file = io.BytesIO()
    piece.export_model(file)
    return file.getvalue()


def compiled_name(graph: "Model", core: "Core", numbers: str) -> str:
    """Return the name of a compiled graph, hex: the digest of its layers and weights, the number
    format, OpenVINO and the CPU."""
    from openvino import get_version

    digest = hashlib.sha256()
    digest.update(f"{get_version()} {core.get_property('CPU', 'FULL_DEVICE_NAME')}\n".encode())
    abilities = sorted(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))
    digest.update(f"{abilities} {numbers}\n".encode())
    numbered: dict[str, int] = {}
    for number, layer in enumerate(graph.get_ordered_ops()):
        numbered[layer.get_friendly_name()] = number
        if layer.get_type_name() == "Constant":
            shape, values = layer.get_output_partial_shape(0), np.ascontiguousarray(layer.data)
            digest.update(f"{layer.get_element_type()} {shape}\n".encode())
            digest.update(values.data)
            continue
        inputs = [numbered[each.get_node().get_friendly_name()] for each in layer.input_values()]
        what = f"{layer.get_type_name()} {sorted(layer.get_attributes().items())} {inputs}\n"
        digest.update(what.encode())
    return digest.hexdigest()
