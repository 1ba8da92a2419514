"""The output folder of `cozviewer chain`, in the layout of the paper's authors."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from cozviewer.chain.paper import SIDE, State, strip
from cozviewer.chain.protocols import Upscaler
from cozviewer.chain.recipe import Recipe
from cozviewer.commands.common.output import make_folder
from cozviewer.export.image import save_image
from cozviewer.export.origin import Origin
from cozviewer.export.provenance import decimal
from cozviewer.export.replacing import replacing
from cozviewer.export.scale_bar import bar_for, with_scale_bar
from cozviewer.image.source import Source
from cozviewer.image.subject import Scale
from cozviewer.pyramid.geometry import STEP_LEVELS, STEP_SCALE
from cozviewer.util.cancel import IsCancelled, never


def state_paths(folder: Path, name: str, index: int) -> tuple[Path, Path]:
    """Return the two paths of a state: by image, and by level."""
    return (
        folder / "per-sample" / name / f"{index}.png",
        folder / "per-scale" / f"scale{index}" / f"{name}.png",
    )


def prompt_path(folder: Path, name: str, index: int) -> Path:
    """Return the path of the prompt that made a state of index >= 1."""
    return folder / "per-sample" / name / "txt" / f"{index - 1}.txt"


def strip_path(folder: Path, name: str) -> Path:
    """Return the path of the strip of all states of an image."""
    return folder / "recursive" / f"{name}.png"


def files_of(folder: Path, name: str, levels: int) -> Iterator[Path]:
    """Yield all files that are written for one image."""
    for index in range(levels + 1):
        yield from state_paths(folder, name, index)
        if index > 0:
            yield prompt_path(folder, name, index)
    yield strip_path(folder, name)


@dataclass(frozen=True)
class ChainFiles:
    """Writes the files of one image's chain, each atomically.

    Attributes:
        folder: The output folder, DIR.
        name: The image's NAME in it.
        source: The image.
        upscaler, recipe: The models and settings used.
        scale: Of the image, for scale bars in the strip; None for no bars.

    All methods raise BadInput if the folder is not writable, and Failure if the disk is full or was
    removed.
    """

    folder: Path
    name: str
    source: Source
    upscaler: Upscaler
    recipe: Recipe
    scale: Scale | None = None

    def save_state(self, state: State, cancelled: IsCancelled = never) -> None:
        """Write a state to per-sample and per-scale, and the prompt that made it.

        Prompts are numbered as in the authors' code: txt/0.txt belongs to 1.png.
        """
        origin = self._origin(state)
        for path in state_paths(self.folder, self.name, state.index):
            make_folder(path.parent)
            save_image(path, state.pixels, origin, cancelled=cancelled)
        if state.index > 0:
            text = prompt_path(self.folder, self.name, state.index)
            make_folder(text.parent)
            with replacing(text, cancelled) as file:
                file.write(state.prompt.encode("utf-8", "replace"))

    def save_strip(self, states: list[State], cancelled: IsCancelled = never) -> None:
        """Write all states side by side, with scale bars if `scale` is known.

        The states themselves have none, as they are measured and continued from.
        """
        path = strip_path(self.folder, self.name)
        make_folder(path.parent)
        borrowed = any(state.borrowed for state in states)
        origin = replace(self._origin(states[-1]), borrowed=borrowed)
        shown = list(states)
        for index, state in enumerate(states):
            if self.scale is None:
                break
            bar = bar_for(self.scale, self._magnification(state), SIDE, SIDE)
            if bar is not None:
                shown[index] = replace(state, pixels=with_scale_bar(state.pixels, bar))
                origin = replace(origin, scale_bar=bar.label)
        save_image(path, strip(shown), origin, cancelled=cancelled)

    def _magnification(self, state: State) -> float:
        """Return the number of a state's pixels per source pixel."""
        short = min(self.source.width, self.source.height)
        return SIDE / short * float(STEP_SCALE**state.index)

    def _origin(self, state: State) -> Origin:
        width, height = self.source.width, self.source.height
        x, y = (decimal(Fraction(side, 2), Fraction(1, 4)) for side in (width, height))
        made = state.index > 0
        return Origin(
            kind="generated" if made and self.upscaler.generative else "interpolated",
            engine=self.upscaler.name if made else "",
            source_name=self.source.name,
            source_digest=self.source.digest,
            recipe_digest=self.recipe.digest if made else "",
            prompt=state.prompt,
            centre=f"{x},{y}",
            magnification=f"{self._magnification(state):.12g}",
            level=state.index * STEP_LEVELS,
            recipe=self.recipe.text if made else "",
            borrowed=state.borrowed,
            tone=self.source.tone.text,
        )
