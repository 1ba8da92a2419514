"""The layers that get a LoRA."""

from cozviewer.align.settings import PROJECTIONS

TARGETS = rf"(?!.*(?:visual|vision|audio)).*\.(?:{'|'.join(PROJECTIONS)})"
"""Names of the layers that get a LoRA: those of the language model. The vision encoder of
Qwen2.5-VL has some of the same names."""
