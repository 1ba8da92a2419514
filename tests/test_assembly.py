"""A session's pyramid is opened with as many of its models as are here."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from cozviewer.assembly import NO_SERVER, OLDER_TILES, make_models, open_chain
from cozviewer.chain.chain import Chain
from cozviewer.chain.recipe import recipe_of
from cozviewer.config.choice import EngineChoice, PrompterChoice
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.source import Source, open_source
from cozviewer.models.prompters import TextPrompter
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.compose import compose, wanted_level
from cozviewer.pyramid.geometry import TILE, tiles_of
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.cache import store_path
from cozviewer.session.export import save_session
from cozviewer.session.pyramids import (
    UnavailablePrompter,
    UnavailableUpscaler,
    choice_of,
    session_pyramid,
)
from cozviewer.session.source import OpenedImage, open_path
from cozviewer.util.errors import BadInput, Cancelled
from tests.chain.fakes import FakePrompter, ListeningUpscaler
from tests.models.chat_server import MODEL, ChatServer
from tests.pyramid.sessions import empty_store, photo
from tests.pyramid.stores import make_older

VIEW = View(camera_at(Fraction(25), Fraction(12), 4.0), 75, 50)

COZ = EngineChoice("coz", prompter=PrompterChoice("qwen", "cat"))

Save = Callable[[Chain, EngineChoice], Path]


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return open_source(photo(tmp_path))


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Returns what makes the tiles of VIEW with a chain, and saves them as a session."""

    def save(chain: Chain, choice: EngineChoice) -> Path:
        make(chain)
        path = tmp_path / "trip.cozview"
        save_session(path, chain.pyramid.source, [session_pyramid(chain, choice, None)])
        return path

    return save


def make(chain: Chain) -> Rgb8:
    """Return what VIEW shows once it is refined."""
    source = chain.pyramid.source
    z = wanted_level(VIEW, source.coarsest)
    region = VIEW.visible(z, source.width, source.height)
    for _ in chain.refine(z, region, lambda: False):
        pass
    assert not chain.pyramid.missing(tiles_of(z, region))
    return compose(chain.pyramid, VIEW)


@pytest.fixture
def opened() -> Iterator[Callable[[Path, EngineChoice | None], Chain]]:
    """Returns what opens a session as the program does."""
    chains: list[Chain] = []

    def opened(path: Path, choice: EngineChoice | None = None) -> Chain:
        image = open_path(path)
        assert image.session is not None
        wanted = choice or choice_of(image.session.pyramids[0], EngineChoice())
        chains.append(open_chain(image, wanted, None, pytest.fail))
        return chains[-1]

    yield opened
    for chain in chains:
        chain.pyramid.store.close()


Opened = Callable[..., Chain]


def test_of_models_that_are_not_here_the_tiles_are_shown(
    source: Source, save: Save, opened: Opened
) -> None:
    upscaler, prompter = ListeningUpscaler(), FakePrompter()
    recipe = recipe_of(upscaler, prompter)
    with empty_store(source) as store:
        chain = Chain(Pyramid(source, store), upscaler, prompter, recipe)
        path, was = save(chain, COZ), compose(chain.pyramid, VIEW)
    there = opened(path)
    assert isinstance(there.upscaler, UnavailableUpscaler)
    assert isinstance(there.prompter, UnavailablePrompter)
    assert (there.upscaler.name, there.upscaler.accepts_prompt) == ("Fake", True)
    assert (there.upscaler.identity, there.prompter.identity) == (
        upscaler.identity,
        prompter.identity,
    )
    assert there.recipe == recipe
    assert (make(there) == was).all(), "nothing was missing, so nobody was asked"
    step = there.pyramid.store.steps()[0]
    assert step.prompt == "words 1"
    with pytest.raises(BadInput) as raised:
        list(there.refine(4, Rect(0, 0, TILE, TILE), lambda: False))
    assert str(raised.value).startswith("This session's tiles were made by Fake, which cannot")
    assert "Chain-of-Zoom needs two files that are not on this computer" in str(raised.value)


def with_server(address: str) -> EngineChoice:
    """Return the choice of a listening engine that is here, with prompts of a server."""
    prompter = PrompterChoice("server", server=address, server_model=MODEL)
    return EngineChoice("bicubic", prompter=prompter)


def session_with(source: Source, save: Save, address: str) -> Path:
    """Save a session as if a server had said its prompts."""
    choice = with_server(address)
    models = make_models(choice, None, pytest.fail)
    prompter = replace(FakePrompter(), identity=models.prompter.identity)
    with empty_store(source) as store:
        return save(Chain(Pyramid(source, store), models.upscaler, prompter, models.recipe), choice)


def test_nothing_is_sent_to_a_server_that_a_session_names(
    source: Source, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COZVIEWER_SERVER_KEY", "sk-mine")
    told: list[str] = []
    with ChatServer() as planted, ChatServer() as mine:
        path = session_with(source, save, planted.address)
        session = open_path(path)
        assert session.session is not None
        kept = session.session.pyramids[0]
        for like, asked in ((EngineChoice(), 0), (with_server(mine.address), 1)):
            chain = open_chain(session, choice_of(kept, like), None, told.append)
            assert not isinstance(chain.upscaler, UnavailableUpscaler), (
                "the engine is here and goes on"
            )
            words = chain.prompter.prompt(None, source.levels[0], lambda: False)
            assert words == ("fur, whiskers" if asked else "")
            make(chain)
            assert bool(mine.requests) == bool(asked)
            chain.pyramid.store.close()
        assert planted.requests == []
    assert told == [NO_SERVER]


def test_a_server_of_a_session_that_the_user_names_by_hand_is_asked(
    source: Source, save: Save
) -> None:
    with ChatServer() as server:
        path = session_with(source, save, server.address)
        chain = open_chain(open_path(path), with_server(server.address), None, pytest.fail)
        assert chain.pyramid.store.usage()[1] > 0, "its tiles are shown"
        chain.prompter.prompt(None, source.levels[0], lambda: False)
        assert len(server.requests) == 1
        chain.pyramid.store.close()


def test_the_models_go_on_where_they_are(source: Source, save: Save, opened: Opened) -> None:
    choice = EngineChoice("bicubic", prompter=PrompterChoice("text", "a cat"))
    chain = open_chain(OpenedImage(source), choice, None, pytest.fail)
    path = save(chain, choice)
    chain.pyramid.store.close()
    there = opened(path)
    assert not isinstance(there.upscaler, UnavailableUpscaler)
    assert isinstance(there.prompter, TextPrompter)
    assert there.recipe == chain.recipe


def test_another_choice_begins_a_pyramid_of_its_own(
    source: Source, save: Save, opened: Opened
) -> None:
    chain = open_chain(OpenedImage(source), EngineChoice("bicubic"), None, pytest.fail)
    path = save(chain, EngineChoice("bicubic"))
    chain.pyramid.store.close()
    assert opened(path).pyramid.store.usage()[1] > 0
    assert opened(path, EngineChoice("nearest")).pyramid.store.usage()[1] == 0


def test_what_was_changed_since_it_was_opened_outlives_another_engine(
    source: Source, save: Save, tmp_path: Path
) -> None:
    choice = EngineChoice("bicubic")
    chain = open_chain(OpenedImage(source), choice, None, pytest.fail)
    path = save(chain, choice)
    chain.pyramid.store.close()
    session, cache = open_path(path), tmp_path / "cache"
    first = open_chain(session, choice, cache, pytest.fail)
    first.pyramid.store.replace(lambda key: True, {}, {})
    first.pyramid.store.close()
    again = open_chain(session, choice, cache, pytest.fail)
    assert again.pyramid.store.usage()[1] == 0, "a person wanted it so"
    again.pyramid.store.close()
    anew = open_chain(open_path(path), choice, cache, pytest.fail)
    assert anew.pyramid.store.usage()[1] > 0, "the file was opened again"
    anew.pyramid.store.close()


def test_taking_over_the_tiles_can_be_stopped(
    source: Source, save: Save, opened: Opened, tmp_path: Path
) -> None:
    choice = EngineChoice("bicubic")
    chain = open_chain(OpenedImage(source), choice, None, pytest.fail)
    path = save(chain, choice)
    chain.pyramid.store.close()
    session, cache = open_path(path), tmp_path / "cache"
    with pytest.raises(Cancelled):
        open_chain(session, choice, cache, pytest.fail, cancelled=lambda: True)
    again = open_chain(session, choice, cache, pytest.fail)
    assert again.pyramid.store.usage()[1] > 0, "the next time all is there"
    again.pyramid.store.close()


def test_tiles_of_an_earlier_version_are_told_of_until_there_are_newer_ones(
    source: Source, tmp_path: Path
) -> None:
    def tiles(engine: str) -> int:
        chain = open_chain(OpenedImage(source), EngineChoice(engine), tmp_path, told.append)
        before = chain.pyramid.store.usage()[1]
        make(chain)
        chain.pyramid.store.close()
        return before

    told: list[str] = []
    tiles("bicubic")
    assert told == []
    (store,) = (tmp_path / "pyramids").glob("*.tiles")
    # Recipes have changed since, so they lie under another name.
    older = store.rename(store_path(store.parent, source.digest, "0" * 64))
    make_older(older)
    assert tiles("bicubic") == 0
    assert told == [OLDER_TILES]
    assert tiles("bicubic") > 0
    assert tiles("nearest") == 0
    assert told == [OLDER_TILES], "there are newer ones"
    assert older.exists()


def test_a_store_of_an_earlier_version_under_the_same_name_is_set_aside(
    source: Source, tmp_path: Path
) -> None:
    told: list[str] = []
    chain = open_chain(OpenedImage(source), EngineChoice("bicubic"), tmp_path, told.append)
    make(chain)
    chain.pyramid.store.close()
    (store,) = (tmp_path / "pyramids").glob("*.tiles")
    make_older(store)
    chain = open_chain(OpenedImage(source), EngineChoice("bicubic"), tmp_path, told.append)
    assert chain.pyramid.store.usage() == (0, 0)
    chain.pyramid.store.close()
    (sentence,) = told
    assert sentence.startswith(f"The tile cache {store.name} was made by another version")
    assert "set aside as" in sentence
