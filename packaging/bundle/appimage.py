"""Makes an AppImage of a bundle: its runtime, followed by a squashfs of an AppDir.

The runtime is the file `runtime-x86_64` of github.com/AppImage/type2-runtime (MIT), downloaded or
built by runtime.sh. It needs `mksquashfs` (squashfs-tools). Format: docs.appimage.org, "AppDir" and
"Type 2 image format".
"""

import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

PACKAGING = Path(__file__).parents[1]
ICON = PACKAGING.parent / "resources/icons/cozviewer.svg"
NAME = "org.cozviewer.cozviewer"


MAGIC = b"AI\x02"
"""At byte 8 of a runtime, by which systems recognise an AppImage of type 2."""


def check_runtime(runtime: Path) -> None:
    """End the program, before it takes minutes, if an AppImage cannot be made."""
    with suppress(OSError):
        if runtime.read_bytes()[8:11] != MAGIC:
            raise SystemExit(f"{runtime} is not a runtime of AppImages: make it by runtime.sh.")
        if shutil.which("mksquashfs") is None:
            raise SystemExit("AppImages need mksquashfs: install the package squashfs-tools.")
        return
    raise SystemExit(f"{runtime} cannot be read: make the runtime of AppImages by runtime.sh.")


def make_appimage(folder: Path, manual: Path, runtime: Path, path: Path) -> Path:
    """Make the AppImage `path` of the bundle in `folder` and its manual page; return the path."""
    with tempfile.TemporaryDirectory() as work:
        appdir, image = Path(work) / "AppDir", Path(work) / "image"
        _fill(appdir, folder)
        shutil.copy(manual, appdir / "usr/share/man/man1")
        # mksquashfs takes the dates of all files from the environment.
        command = ["mksquashfs", str(appdir), str(image), "-quiet", "-no-progress", "-noappend"]
        command += ["-root-owned", "-comp", "zstd", "-Xcompression-level", "15"]
        subprocess.run(command, check=True)
        with path.open("wb") as target:
            for part in (runtime, image):
                with part.open("rb") as source:
                    shutil.copyfileobj(source, target)
    path.chmod(0o755)
    return path


def _fill(appdir: Path, folder: Path) -> None:
    """Lay out an AppDir: the bundle, and what a desktop reads about it."""
    share = appdir / "usr/share"
    icons = "icons/hicolor/scalable/apps"
    for place in ("applications", "metainfo", "mime/packages", "man/man1", icons):
        (share / place).mkdir(parents=True)
    shutil.copytree(folder, appdir / "usr/lib/cozviewer", symlinks=True)
    shutil.copy(PACKAGING / f"{NAME}.desktop", share / "applications")
    shutil.copy(PACKAGING / f"{NAME}.metainfo.xml", share / "metainfo")
    shutil.copy(PACKAGING / f"{NAME}.xml", share / "mime/packages")
    shutil.copy(ICON, share / icons)
    (appdir / f"{NAME}.desktop").symlink_to(f"usr/share/applications/{NAME}.desktop")
    shutil.copy(ICON, appdir / "cozviewer.svg")
    (appdir / ".DirIcon").symlink_to("cozviewer.svg")
    (appdir / "AppRun").symlink_to("usr/lib/cozviewer/cozviewer")
