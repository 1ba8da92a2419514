"""The methods that `evaluate` compares: each makes a series of states of one image.

As in the authors' code, state k of nearest, bicubic and onestep ("one step direct SR") is made from
the first state: its central 512/4^k pixels, interpolated to 512x512. nearest and bicubic end there;
onestep then applies the super-resolution model once, at every scale. A chain makes each state from
the previous one. At 4x, onestep and a chain of the same engine are equal.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from cozviewer.assembly import Models, make_models
from cozviewer.chain.paper import CROP, SIDE, State, later_states
from cozviewer.chain.protocols import Notice
from cozviewer.chain.step import finer_core
from cozviewer.commands.common.engine_options import with_engine
from cozviewer.config.choice import EngineChoice, PrompterChoice
from cozviewer.evaluate.enlarged import enlarged_middle
from cozviewer.image.pixels import Rgb8, to_float
from cozviewer.models.engines import ENGINES, PROMPTERS, is_path
from cozviewer.models.prompters import OneImage
from cozviewer.pyramid.geometry import STEP_LEVELS, STEP_SCALE, TileKey
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput

DIRECT: tuple[Literal["nearest", "bicubic"], ...] = ("nearest", "bicubic")

ONE_STEP = "onestep"

ONE_IMAGE, ALIGNED = "qwen1", "aligned"
"""Prompters of the paper's table besides the usual ones: Qwen shown the crop alone, and Qwen with
the adapter of --qwen-adapter, without which the other two then run."""


@dataclass(frozen=True)
class Method:
    """A way to make the states of an image.

    Attributes:
        name: Its name as an option value: "realesrgan".
        title: Display name.
        identity: Everything on which its pixels depend besides the first state.
        later: (states so far, levels, cancelled) -> the missing states up to that level, each as
            soon as it is made. States are (512, 512, 3) uint8, the first is level 0.
        load: Loads the model.
        device: Returns where it runs, once it is loaded.
        generative: Whether it invents detail.
    """

    name: str
    title: str
    identity: str
    later: Callable[[list[Rgb8], int, IsCancelled], Iterator[Rgb8]]
    load: Callable[[], None]
    device: Callable[[], str]
    generative: bool


class Methods:
    """Creates methods from their names; only the last models are kept in memory."""

    def __init__(
        self,
        choice: EngineChoice,
        prompter: str | None,
        cache: Path | None,
        notice: Notice,
        adapter_apart: bool = False,
    ) -> None:
        """Prepare; no model is made yet.

        Args:
            choice: The engine of "onestep", and the settings of all methods.
            prompter: The prompter of all engines; None is the default of each.
            cache: The cache folder, for converted weights.
            notice: Receives messages about problems with the models.
            adapter_apart: Whether only "+aligned" has the adapter for Qwen.
        """
        self._choice, self._prompter = choice, prompter
        self._adapter_apart = adapter_apart

        @lru_cache(maxsize=1)
        def models_of(choice: EngineChoice) -> tuple[Models, EngineChoice]:
            models = make_models(choice, cache, notice)
            if models.upscaler.accepts_prompt or choice.prompter.name == "none":
                return models, choice
            bare = replace(choice, prompter=PrompterChoice())
            return make_models(bare, cache, notice), bare

        self._models_of = models_of

    def choice(self, name: str) -> EngineChoice | None:
        """Return the engine choice of a method; None for interpolation.

        Raises:
            BadInput: There is no such method.
        """
        if name in DIRECT:
            return None
        if name == ONE_STEP:
            return self._choice
        engine, plus, suffix = name.rpartition("+")
        prompter: str | None = suffix
        if not plus or suffix not in (*PROMPTERS, ONE_IMAGE, ALIGNED):
            engine, prompter = name, self._prompter
        if not is_path(engine) and engine not in [each.name for each in ENGINES]:
            engines = ", ".join(each.name for each in ENGINES if each.name not in DIRECT)
            raise BadInput(
                f"There is no method {name!r}: choose from nearest, bicubic, onestep, {engines}, "
                "or the path of a 4x model file."
            )
        if prompter == ALIGNED and self._choice.prompter.adapter is None:
            raise BadInput(
                f"{name} needs an adapter for Qwen: train one with `cozviewer align`, or get the "
                "authors', and name its folder with --qwen-adapter."
            )
        is_qwen = prompter in ("qwen", ONE_IMAGE, ALIGNED)
        choice = with_engine(self._choice, engine, "qwen" if is_qwen else prompter)
        if is_qwen and prompter != ALIGNED and self._adapter_apart:
            return replace(choice, prompter=replace(choice.prompter, adapter=None))
        return choice

    def used_choice(self, name: str) -> EngineChoice | None:
        """Return the engine choice of a method with the prompter that it uses: none for an engine
        that accepts no prompts."""
        choice = self.choice(name)
        return None if choice is None else self._models_of(choice)[1]

    def make(self, name: str) -> Method:
        """Return the method of a name.

        Raises:
            BadInput: There is no such method, or a required option is missing.
        """
        for direct in DIRECT:
            if name == direct:
                return _direct(direct)
        choice = self.choice(name)
        assert choice is not None
        models, _ = self._models_of(choice)
        if name.endswith(f"+{ONE_IMAGE}"):
            prompter = OneImage(models.prompter)
            identity = tuple(sorted(prompter.identity.items()))
            recipe = replace(models.recipe, prompter=identity)
            models = Models(models.upscaler, prompter, recipe)
        one_step = name == ONE_STEP
        return Method(
            name,
            f"{models.upscaler.name}, one step" if one_step else models.upscaler.name,
            f"{'one step' if one_step else 'chain'} {models.recipe.text}",
            _one_step(models) if one_step else _chain(models),
            models.upscaler.load,
            lambda: models.upscaler.device,
            models.upscaler.generative,
        )


def _direct(name: Literal["nearest", "bicubic"]) -> Method:
    def later(states: list[Rgb8], levels: int, cancelled: IsCancelled) -> Iterator[Rgb8]:
        for index in range(len(states), levels + 1):
            check_cancelled(cancelled)
            yield enlarged_middle(states[0], SIDE / STEP_SCALE**index, SIDE, name)

    title, identity = name.capitalize(), f"direct {name}"
    return Method(name, title, identity, later, lambda: None, lambda: "CPU", generative=False)


def states_on_node(models: Models, one_step: bool, states: list[Rgb8], levels: int) -> list[Rgb8]:
    """Return the missing states of an image; called on the nodes of a cluster.

    Args:
        one_step: Whether the method is ONE_STEP.
        states, levels: As for `Method.later`.
    """
    later = _one_step(models) if one_step else _chain(models)
    return list(later(states, levels, never))


def _one_step(models: Models) -> Callable[[list[Rgb8], int, IsCancelled], Iterator[Rgb8]]:
    """Return a function that applies the model once to the interpolated centre.

    As in a chain's step, the model gets the recipe's halo around it; the prompter gets only the
    interpolated centre. Soft parts are not regenerated at a coarser scale, as everything beyond the
    first level is soft.
    """
    recipe = replace(models.recipe, adaptive_scale=False, photo_texture=False)
    halo = min(recipe.halo, (SIDE - CROP) // 2)

    def later(states: list[Rgb8], levels: int, cancelled: IsCancelled) -> Iterator[Rgb8]:
        for index in range(len(states), levels + 1):
            check_cancelled(cancelled)
            seen = SIDE / STEP_SCALE**index
            near = enlarged_middle(states[0], seen, SIDE, "bicubic")
            prompt = models.prompter.prompt(None, near, cancelled)
            side = CROP + 2 * halo
            context = enlarged_middle(states[0], seen * side / CROP, side, "bicubic")
            key = TileKey(index * STEP_LEVELS, 0, 0)
            yield finer_core(
                key, to_float(context), halo, models.upscaler, recipe, prompt, cancelled
            )

    return later


def _chain(models: Models) -> Callable[[list[Rgb8], int, IsCancelled], Iterator[Rgb8]]:
    def later(states: list[Rgb8], levels: int, cancelled: IsCancelled) -> Iterator[Rgb8]:
        last = State(len(states) - 1, states[-1], "")
        made = later_states(
            last,
            levels - last.index,
            models.upscaler,
            models.prompter,
            models.recipe,
            cancelled,
            states[0],
        )
        return (state.pixels for state in made)

    return later
