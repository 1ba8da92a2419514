"""Writes a trained adapter: from a checkpoint of the training to the folder that prompters load."""

import json
import shutil
from pathlib import Path

from cozviewer.export.replacing import replacing
from cozviewer.util.cancel import never
from cozviewer.util.errors import Failure

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
"""The files of an adapter, as peft names them."""


def export_adapter(checkpoint: Path, output: Path, base: str) -> None:
    """Write the adapter of a checkpoint, each file whole or not at all.

    Args:
        checkpoint: The folder of a checkpoint.
        output: The folder of the adapter; exists.
        base: The name of the base model, for the adapter's configuration.

    Raises:
        Failure: The checkpoint is damaged, or the disk is full or not writable.
    """
    try:
        config = json.loads((checkpoint / CONFIG).read_text("utf-8"))
        config["base_model_name_or_path"] = base  # else the path of the model on this computer
        text = json.dumps(config, indent=2, sort_keys=True) + "\n"
    except (OSError, ValueError, TypeError) as error:
        raise Failure(
            f"The checkpoint {checkpoint} is damaged: delete it, and start the command again."
        ) from error
    with replacing(output / WEIGHTS, never) as file, (checkpoint / WEIGHTS).open("rb") as weights:
        shutil.copyfileobj(weights, file)
    with replacing(output / CONFIG, never) as file:
        file.write(text.encode())
