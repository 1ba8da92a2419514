"""A window that moves to a screen of another scale shows all of its image there.

Qt reads the scales of screens once, at the start, so the window runs in a process of its own.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image

SCREENS = {
    "screens": [
        {"name": name, "x": x, "y": 0, "width": 1600, "height": 1200}
        | {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
        for name, x in (("one", 0), ("two", 1600))
    ]
}

PROGRAM = """
import json, sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from cozviewer.config.choice import EngineChoice
from cozviewer.jobs.images import to_rgb8
from cozviewer.ui.main_window import MainWindow
from tests.benchmarks.desk import at_rest, wait
from tests.ui.conftest import Stripes, services

application = QApplication([])
photo, cache = Path(sys.argv[1]), Path(sys.argv[2])
window = MainWindow(services(Stripes(), cache, photo), EngineChoice("stripes"))
window.navigator.reduced_motion = True
window.resize(600, 480)
window.show()
window.open_image(photo)
pane = window.panes.generated


def seen():
    navigator, view = window.navigator, lambda: (pane.view.width, pane.view.height)
    wait(lambda: at_rest(window) and navigator.view_size == view())
    image = pane.grab().toImage()
    shown = to_rgb8(image.convertToFormat(image.Format.Format_RGB32))
    height, width = shown.shape[:2]
    bright = (shown.max(axis=-1) > 60).nonzero()
    corners = [bright[1].min() / width, bright[0].min() / height]
    corners += [(bright[1].max() + 1) / width, (bright[0].max() + 1) / height]
    return {
        "ratio": pane.devicePixelRatioF(),
        "view": window.navigator.view_size,
        "size": [pane.width(), pane.height()],
        "magnification": window.navigator.camera.magnification,
        "corners": [round(float(corner), 3) for corner in corners],
    }


states = [seen()]
window.move(1700, 100)
wait(lambda: pane.devicePixelRatioF() != states[0]["ratio"])
states.append(seen())
window.navigator.zoom(8.0)
states.append(seen())
window.move(100, 100)
wait(lambda: pane.devicePixelRatioF() == states[0]["ratio"])
states.append(seen())
window.close()
print(json.dumps(states))
"""


def test_a_screen_of_twice_the_scale(tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"  # larger than the window on either screen
    Image.new("RGB", (1400, 1000), (200, 150, 90)).save(photo)
    screens = tmp_path / "screens.json"
    screens.write_text(json.dumps(SCREENS))
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": f"offscreen:configfile={screens}",
        "QT_SCREEN_SCALE_FACTORS": "one=1;two=2",
    }
    command = [sys.executable, "-c", PROGRAM, str(photo), str(tmp_path / "pyramids")]
    done = subprocess.run(
        command,
        cwd=Path(__file__).parents[2],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    small, large, close, back = json.loads(done.stdout)
    width, height = small["size"]
    assert small["view"] == [width, height]
    assert (large["ratio"], large["size"]) == (2.0, [width, height])
    assert large["view"] == [2 * width, 2 * height]
    assert large["magnification"] == 2 * small["magnification"]
    assert large["corners"] == small["corners"]  # fitted to the canvas as before
    # A magnification that was chosen stays: 100 % is one source pixel per device pixel.
    assert back["magnification"] == close["magnification"]
    assert back["view"] == [width, height]
