"""Makes a bundle that runs without Python: `make bundle`, or `make bundle FLAVOUR=full`.

Run with any Python 3.11 or newer; all that it needs comes into an environment of its own under
build/. The results lie in dist/, with SHA256SUMS and a software bill of materials beside them:

    light   the viewer with the built-in engine, run by OpenVINO; no PyTorch
    full    everything, with PyTorch: the Chain-of-Zoom engine and model files, on the processor (on
            macOS on the GPU, too). PyTorch for CUDA would add 5 GB: for that there is pip

    Linux    a .tar.gz, and an .AppImage where its runtime is given (see appimage.py)
    Windows  a folder, and an installer where Inno Setup is installed (see installer.iss)
    macOS    an app in a .dmg
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from appimage import check_runtime, make_appimage  # type: ignore[import-not-found]
from contents import (  # type: ignore[import-not-found]
    full_extras,
    light_requirements,
    pip_options,
    write_endings,
)
from icons import make_icons  # type: ignore[import-not-found]
from released import write_bill, write_sums  # type: ignore[import-not-found]

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent

# What must be installed besides the bundle's content.
TOOLS = ("pyinstaller>=6.10", "cyclonedx-bom>=5", "argparse-manpage>=4.6")


def main() -> None:
    """Make the bundle that the arguments name."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("flavour", choices=("light", "full"))
    parser.add_argument("--runtime", type=Path, help="the runtime of AppImages (Linux)")
    parser.add_argument("--pip", help="options for pip, in place of those for PyTorch's CPU build")
    args = parser.parse_args()
    if args.runtime is not None:
        check_runtime(args.runtime)
    build, dist = ROOT / "build" / args.flavour, ROOT / "dist"
    dist.mkdir(parents=True, exist_ok=True)
    # Two runs over the same files give the same bytes.
    os.environ.setdefault("SOURCE_DATE_EPOCH", _date_of_commit())
    os.environ["PYTHONHASHSEED"] = "0"

    options = pip_options(args.flavour, sys.platform) if args.pip is None else args.pip.split()
    python = _environment(build / "env", args.flavour, options)
    version = _output([python, "-P", "-c", "import cozviewer; print(cozviewer.__version__)"])
    name = f"cozviewer-{version}-{args.flavour}-{_system()}"
    if sys.platform != "linux":
        make_icons(ROOT / "resources/icons/cozviewer.svg", HERE, python)
    # Elsewhere than here, where it would find the source instead of what is installed.
    _run([python, "-P", "-m", "PyInstaller", "--noconfirm", "--log-level=ERROR", "--distpath",
          build, "--workpath", build / "work", HERE / "cozviewer.spec"], folder=build)  # fmt: skip
    folder = build / "cozviewer"
    if sys.platform == "linux":  # some builds of Python have 17 MB of symbols for debuggers
        _run(["strip", "--strip-unneeded", *folder.glob("_internal/libpython*.so*")])
    _try(folder / ("cozviewer.exe" if sys.platform == "win32" else "cozviewer"))
    manual = dist / "cozviewer.1"
    _run([python, "-P", ROOT / "packaging/manual.py", manual])
    write_endings(python, build / "endings.iss")
    made = [manual, *_packed(folder, name, dist, args.runtime)]
    made.append(write_bill(python, dist / f"{name}.cdx.json"))
    write_sums(dist, made)
    for path in made:
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1e6:.0f} MB")
    content = sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
    print(f"Unpacked, {args.flavour} takes {content / 1e6:.0f} MB.")


def _environment(folder: Path, flavour: str, options: Sequence[str]) -> Path:
    """Return the Python of an environment with the content of a flavour and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    _run([sys.executable, "-m", "venv", folder])
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *options]
    with tempfile.TemporaryDirectory() as wheels:
        _run([python, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps",
              "-w", wheels, ROOT])  # fmt: skip
        wheel = next(Path(wheels).glob("*.whl"))
        if flavour == "light":
            _run([*pip, *light_requirements(), *TOOLS])
            _run([*pip, "--no-deps", wheel])
        else:
            _run([*pip, f"{wheel}{full_extras()}", *TOOLS])
    return python


def _try(program: Path) -> None:
    """Generate a small view with the bundle, in an empty home."""
    with tempfile.TemporaryDirectory() as home:
        image = Path(home) / "view.png"
        photo = ROOT / "resources/dandelion.jpg"
        clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        clean.update(HOME=home, USERPROFILE=home, XDG_CACHE_HOME=home)
        _run([program, "render", photo, "-o", image, "--zoom", "8", "--size", "320x200"], clean)
        if not image.is_file():
            raise SystemExit("The bundle has saved no view.")


def _packed(folder: Path, name: str, dist: Path, runtime: Path | None) -> list[Path]:
    """Pack the folder for its system; return the files."""
    if sys.platform == "darwin":
        disk = dist / f"{name}.dmg"
        app = folder.parent / "cozviewer.app"
        _run(["hdiutil", "create", "-volname", "cozviewer", "-srcfolder", app, "-ov", disk])
        return [disk]
    if sys.platform == "win32":
        packed = Path(shutil.make_archive(str(dist / name), "zip", folder.parent, folder.name))
        program_files = os.environ.get("PROGRAMFILES(X86)", "")
        compiler = shutil.which("iscc") or shutil.which(f"{program_files}/Inno Setup 6/ISCC.exe")
        if compiler is None:
            print("Inno Setup is not installed, so there is no installer, only the folder.")
            return [packed]
        _run([compiler, *installer_options(name, folder, dist), HERE / "installer.iss"])
        return [packed, dist / f"{name}.exe"]
    packed = dist / f"{name}.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(folder, "cozviewer", filter=_without_owner)
    if runtime is None:
        print("There is no AppImage without --runtime FILE: packaging/bundle/runtime.sh makes it.")
        return [packed]
    return [packed, make_appimage(folder, dist / "cozviewer.1", runtime, dist / f"{name}.AppImage")]


def installer_options(name: str, folder: Path, dist: Path) -> list[str]:
    """Return what installer.iss must know of a bundle in a folder."""
    values = {
        "Version": name.split("-")[1],
        "Source": folder,
        "Endings": folder.parent / "endings.iss",
    }
    return [*(f"/D{key}={value}" for key, value in values.items()), f"/O{dist}", f"/F{name}"]


def _without_owner(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = int(os.environ["SOURCE_DATE_EPOCH"])
    return entry


def _system() -> str:
    names = {"linux": "linux", "darwin": "macos", "win32": "windows"}
    return f"{names[sys.platform]}-{platform.machine().lower()}"


def _date_of_commit() -> str:
    """Return the time of the last commit, in seconds; of no repository, that of the changelog."""
    done = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True
    )
    changelog = ROOT / "packaging/CHANGELOG.md"
    return done.stdout.strip() or str(int(changelog.stat().st_mtime))


def _run(
    command: Sequence[object],
    environment: dict[str, str] | None = None,
    folder: Path | None = None,
) -> None:
    subprocess.run([str(part) for part in command], check=True, env=environment, cwd=folder)


def _output(command: Sequence[object]) -> str:
    done = subprocess.run(
        [str(part) for part in command], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


if __name__ == "__main__":
    main()
