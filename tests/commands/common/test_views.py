"""What a session is zoomed with on the command line."""

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from cozviewer.commands.common.engine_options import add_engine_options
from cozviewer.commands.common.options import add_cache_options, add_huge_option, open_options
from cozviewer.commands.common.views import choice_for
from cozviewer.config.choice import EngineChoice, PrompterChoice
from cozviewer.config.choice_text import choice_text
from cozviewer.session.session import Session
from cozviewer.session.source import open_path
from tests.pyramid.sessions import change, saved

PLANTED = PrompterChoice("server", "a cat", server="localhost:9", server_model="eye")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A session that names a server."""
    path = saved(tmp_path)
    text = choice_text(EngineChoice("coz", seed=5, prompter=PLANTED))
    change(path, lambda sql: sql.execute("UPDATE pyramids SET choice = ?", (text,)))
    session = open_path(path).session
    assert session is not None
    return session


def choice(session: Session, *argv: str) -> EngineChoice:
    parser = argparse.ArgumentParser()
    for add in (add_engine_options, add_cache_options, add_huge_option):
        add(parser)
    return choice_for(session, open_options(parser.parse_args(argv), session.path))


def test_the_server_of_a_session_is_not_asked(session: Session) -> None:
    found = choice(session)
    assert (found.engine, found.seed) == ("coz", 5)
    assert found.prompter == replace(PLANTED, server="", server_model="")


def test_a_server_that_is_named_takes_its_place(session: Session) -> None:
    found = choice(session, "--server", "mine.example", "--server-model", "mine")
    assert (found.engine, found.seed) == ("coz", 5)
    assert found.prompter == replace(PLANTED, server="mine.example", server_model="mine")


def test_an_engine_that_is_named_takes_the_place_of_all(session: Session) -> None:
    assert choice(session, "--engine", "nearest") == EngineChoice("nearest")
