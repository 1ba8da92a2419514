"""The folders that `cozviewer chain` writes, laid out as the paper's authors lay theirs out."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from cozviewer.chain.paper import SIDE, State, strip
from cozviewer.chain.protocols import Cancelled, Upscaler, never
from cozviewer.chain.recipe import Recipe
from cozviewer.commands.output import make_folder
from cozviewer.export.origin import Origin
from cozviewer.export.picture import save_picture
from cozviewer.export.replacing import replacing
from cozviewer.provenance import decimal
from cozviewer.pyramid.geometry import STEP_LEVELS, STEP_SCALE
from cozviewer.pyramid.source import Source


@dataclass(frozen=True)
class ChainFiles:
    """Writes the files of one picture's chain; each appears whole or not at all.

    Attributes:
        folder: The output folder, DIR.
        name: The picture's NAME in it.
        source: The picture.
        upscaler, recipe: What makes the states.

    All methods raise BadInput where the folder cannot be written to, Failure where the disk is
    full or gone.
    """

    folder: Path
    name: str
    source: Source
    upscaler: Upscaler
    recipe: Recipe

    def save_state(self, state: State, cancelled: Cancelled = never) -> None:
        """Write a state to per-sample and per-scale, and the prompt that made it.

        Prompts count as the authors' do: txt/0.txt belongs to 1.png.
        """
        origin = self._origin(state)
        sample = self.folder / "per-sample" / self.name
        scale = self.folder / "per-scale" / f"scale{state.index}"
        for path in (sample / f"{state.index}.png", scale / f"{self.name}.png"):
            make_folder(path.parent)
            save_picture(path, state.pixels, origin, cancelled=cancelled)
        if state.index > 0:
            text = sample / "txt" / f"{state.index - 1}.txt"
            make_folder(text.parent)
            with replacing(text, cancelled) as file:
                file.write(state.prompt.encode("utf-8", "replace"))

    def save_strip(self, states: list[State], cancelled: Cancelled = never) -> None:
        """Write all states beside each other."""
        path = self.folder / "recursive" / f"{self.name}.png"
        make_folder(path.parent)
        save_picture(path, strip(states), self._origin(states[-1]), cancelled=cancelled)

    def _origin(self, state: State) -> Origin:
        width, height = self.source.width, self.source.height
        magnification = SIDE / min(width, height) * STEP_SCALE**state.index
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
            magnification=f"{magnification:.12g}",
            level=state.index * STEP_LEVELS,
            recipe=self.recipe.text if made else "",
        )
