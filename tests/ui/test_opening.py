"""Opening a picture with an engine that cannot be made."""

import pytest
from pytestqt.qtbot import QtBot

from cozviewer.chain.chain import Chain
from cozviewer.chain.choice import EngineChoice
from cozviewer.chain.protocols import Cancelled, Notice
from cozviewer.errors import BadInput
from cozviewer.pyramid.source import Source
from tests.ui.conftest import Bench, settle


def test_the_embedded_engine_goes_on_where_another_lacks_its_files(
    bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opener = bench.window._opening._opener
    open_chain = opener._open_chain

    def lacking(
        source: Source, choice: EngineChoice, notice: Notice, told: Notice, cancelled: Cancelled
    ) -> Chain:
        if choice.engine == "coz":
            raise BadInput("Its files are missing: run `cozviewer models download coz`.")
        return open_chain(source, choice, notice, told, cancelled)

    monkeypatch.setattr(opener, "_open_chain", lacking)
    bench.window.engine_menu.chosen.emit(EngineChoice("coz", device="cpu"))
    with qtbot.waitSignal(bench.window.photo_painted, timeout=10_000):
        bench.window.open_picture(bench.picture)
    settle(qtbot, bench.window)
    assert bench.window.banner.text == (
        "Its files are missing: run `cozviewer models download coz`. Meanwhile Stripes goes on."
    )
    assert bench.window.engine_menu.choice == EngineChoice("realesrgan", device="cpu")
