"""Pyramids that are kept in a session: how they are told apart, and shown without their models."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from cozviewer.chain.chain import Chain
from cozviewer.chain.protocols import Progressed, ignore
from cozviewer.chain.recipe import Recipe
from cozviewer.config.choice import EngineChoice
from cozviewer.config.choice_text import (
    LARGEST_SEED,
    choice_from,
    choice_text,
    elsewhere,
    same_engine,
    with_whole_paths,
)
from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.session.session import Filled, KeptPyramid, Made, Maker, Session
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import BadInput
from cozviewer.util.paths import is_network_path

LARGEST_CONTEXT = 512
"""Most parent pixels of context that a recipe may name."""

SERVER = "server"
"""The prompter that sends pictures to an address."""


def filled(chain: Chain, choice: EngineChoice, session: Session | None) -> Filled:
    """Return a chain's pyramid as a session saves it; words that are not decided stay out.

    Args:
        choice: What the chain was made from.
        session: The session that the picture was opened through. Where it holds this pyramid, what
            it says about how that was made is kept.
    """
    upscaler, recipe = chain.upscaler, chain.recipe
    for kept in () if session is None else session.pyramids:
        if kept.made.recipe_digest == recipe.digest:
            return Filled(kept.made, chain.pyramid.store)
    made = Made(
        recipe=recipe.text,
        recipe_digest=recipe.digest,
        choice=choice_text(elsewhere(with_whole_paths(choice), EngineChoice())),
        maker=Maker(
            upscaler.name, upscaler.generative, upscaler.accepts_prompt, chain.prompter.name
        ),
    )
    return Filled(made, chain.pyramid.store)


def choice_of(kept: KeptPyramid, like: EngineChoice) -> EngineChoice:
    """Return the choice that a pyramid was made from, completed by what the user has chosen.

    A session never chooses a server: the pictures and the key go to the one in the user's own
    settings, and nowhere if there is none (then the prompter is still "server", its address "").

    Args:
        like: Of the user: where to compute, and which server and model to ask.
    """
    choice, own = _chosen(kept), like.prompter
    asks = choice.prompter.name == SERVER and bool(own.server and own.server_model)
    server, model = (own.server, own.server_model) if asks else ("", "")
    prompter = replace(choice.prompter, server=server, server_model=model)
    return elsewhere(replace(choice, prompter=prompter), like)


def lacks_server(choice: EngineChoice) -> bool:
    """Tell whether a choice of `choice_of` wants a server while the user has named none."""
    return choice.prompter.name == SERVER and not choice.prompter.server


def pyramid_for(session: Session, choice: EngineChoice) -> KeptPyramid | None:
    """Return the pyramid of a session that a choice names, or None."""
    for kept in session.pyramids:
        if any(same_engine(choice, one) for one in (choice_of(kept, choice), _chosen(kept))):
            return kept
    return None


def kept_besides(session: Session | None, there: Sequence[Filled]) -> list[KeptPyramid]:
    """Return the pyramids of a session that are none of those that are there."""
    digests = {each.made.recipe_digest for each in there}
    pyramids = () if session is None else session.pyramids
    return [kept for kept in pyramids if kept.made.recipe_digest not in digests]


def recipe_from(text: str) -> Recipe:
    """Return the recipe of a text that `Recipe.text` gave.

    Raises:
        ValueError: It is none.
    """
    try:
        read: dict[str, Any] = json.loads(text)
        recipe = Recipe(
            upscaler=_pairs(read["upscaler"]),
            prompter=_pairs(read["prompter"]),
            seed=int(read["seed"]),
            fidelity=float(read["fidelity"]),
            halo=int(read["halo"]),
            least=int(read.get("least", 0)),
            one_seed=bool(read.get("one_seed", False)),
            adaptive_scale=bool(read.get("adaptive_scale", False)),
            photo_texture=bool(read.get("photo_texture", False)),
        )
    except (TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError("no recipe") from error
    context = all(0 <= margin <= LARGEST_CONTEXT for margin in (recipe.halo, recipe.least))
    sound = 0 <= recipe.fidelity <= 1 and context
    if not sound or abs(recipe.seed) >= LARGEST_SEED:
        raise ValueError("no recipe that could be followed")
    return recipe


@dataclass(frozen=True)
class UnavailableUpscaler:
    """An `Upscaler` that is known by name only: what it made is there, it makes nothing new.

    Attributes:
        maker, recipe: What the session says about it.
        why: Why it is not here, as a sentence.
    """

    maker: Maker
    recipe: Recipe
    why: str

    device = ""

    @property
    def name(self) -> str:
        return self.maker.name

    @property
    def halo(self) -> int:
        return self.recipe.halo

    @property
    def generative(self) -> bool:
        return self.maker.generative

    @property
    def accepts_prompt(self) -> bool:
        return self.maker.listens

    @property
    def identity(self) -> Mapping[str, str]:
        return dict(self.recipe.upscaler)

    def load(self, cancelled: IsCancelled = never) -> None:
        raise BadInput(
            f"This session's tiles were made by {self.name}, which cannot make more here, so only "
            f"those are shown. {self.why}"
        )

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        self.load()
        raise AssertionError


@dataclass(frozen=True)
class UnavailablePrompter:
    """A `Prompter` that is known by name only.

    Attributes:
        maker, recipe, why: As for `UnavailableUpscaler`.
    """

    maker: Maker
    recipe: Recipe
    why: str

    @property
    def name(self) -> str:
        return self.maker.prompter

    @property
    def identity(self) -> Mapping[str, str]:
        return dict(self.recipe.prompter)

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        raise BadInput(
            f"This session's words were said by {self.name}, who cannot say more here. {self.why}"
        )


def _chosen(kept: KeptPyramid) -> EngineChoice:
    """Return the choice as the session has it; where that cannot be read, one of nothing here."""
    choice = choice_from(kept.made.choice)
    if choice is None or _names_another_machine(asdict(choice)) or _names_device(choice):
        return EngineChoice(engine=kept.made.maker.name)
    return choice


def _names_another_machine(values: Mapping[str, object]) -> bool:
    """Return whether any value, at any depth, is a path on another machine."""
    for value in values.values():
        if isinstance(value, Mapping):
            if _names_another_machine(value):
                return True
        elif isinstance(value, str | Path) and is_network_path(str(value)):
            return True
    return False


def _names_device(choice: EngineChoice) -> bool:
    """Tell whether a file of a choice is a device or a pipe, which may never end."""
    files = (choice.coz.lora, choice.coz.vae)
    return any(path is not None and path.exists() and not path.is_file() for path in files)


def _pairs(read: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((str(name), str(value)) for name, value in read.items()))
