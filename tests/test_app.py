"""The desktop program from its composition root, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from cozviewer.app import resource, services_for

SCRIPT = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
import cozviewer.app as app
from cozviewer.chain.choice import EngineChoice

class Window(app.MainWindow):
    def __init__(self, *args):
        super().__init__(*args)
        self.photo_painted.connect(self.report)
    def report(self):
        print("torch" in sys.modules, self.windowTitle(), sep="|")
        QTimer.singleShot(0, self.close)

app.MainWindow = Window
sys.exit(app.run_viewer(Path(sys.argv[1]), EngineChoice("bicubic"), Path(sys.argv[2])))
"""


def test_the_photo_is_on_screen_before_torch_is_imported(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(resource("dandelion.jpg")), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "False|dandelion.jpg — cozviewer"
    assert (tmp_path / "cozviewer.log").exists()


def test_the_menu_offers_every_engine() -> None:
    entries = services_for(None).engines
    assert [entry.name for entry in entries] == ["realesrgan", "bicubic", "nearest", "coz"]
    assert [entry.name for entry in entries if entry.own_files] == ["coz"]


def test_every_icon_that_the_window_names_is_there() -> None:
    for name in ("cozviewer", "open", "export", "fit", "one-to-one", "zoom-in", "zoom-out",
                 "previous", "compare", "prompts"):  # fmt: skip
        assert resource("icons", f"{name}.svg").is_file()
