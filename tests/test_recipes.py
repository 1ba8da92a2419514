"""The recipes of bundles and desktops fit the program, and each other."""

import multiprocessing
import os
import plistlib
import re
import runpy
import subprocess
import sys
import tomllib
import types
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml  # type: ignore[import-untyped]

import cozviewer
from cozviewer.image.readers.table import FORMATS, SUFFIXES
from cozviewer.models.worker import server
from cozviewer.session.session import SUFFIX
from cozviewer.util import own_process
from cozviewer.util.own_process import RUN
from tests.packages import Packages

PACKAGING = Path(__file__).parents[1] / "packaging"
BUNDLE = PACKAGING / "bundle"
NAME = "org.cozviewer.cozviewer"

RAW_MAKERS = (
    *("adobe-dng", "canon-cr2", "canon-cr3", "canon-crw", "fuji-raf", "kodak-dcr", "kodak-kdc"),
    *("minolta-mrw", "nikon-nef", "nikon-nrw", "olympus-orf", "panasonic-rw", "panasonic-rw2"),
    *("pentax-pef", "sigma-x3f", "sony-arw", "sony-sr2", "sony-srf"),
)

TYPES = {
    "JPEG": ("image/jpeg",),
    "PNG": ("image/png",),
    "WebP": ("image/webp",),
    "TIFF": ("image/tiff",),
    "BMP": ("image/bmp",),
    "GIF": ("image/gif",),
    "AVIF": ("image/avif",),
    "HEIC": ("image/heif", "image/heic"),
    "camera raw": ("image/x-dcraw", *(f"image/x-{each}" for each in RAW_MAKERS)),
    "JPEG XL": ("image/jxl",),
    "JPEG 2000": ("image/jp2", "image/jpx", "image/x-jp2-codestream"),
    "JPEG XR": ("image/jxr", "image/vnd.ms-photo"),
    "Photoshop": ("image/vnd.adobe.photoshop",),
    "Radiance": ("image/vnd.radiance",),
    "OpenEXR": ("image/x-exr",),
    "FITS": ("application/fits", "image/fits"),
    "GeoTIFF": (),  # desktops take these two for TIFF, or know them not at all
    "whole slide": (),
    "DICOM": ("application/dicom",),
    "SVG": ("image/svg+xml", "image/svg+xml-compressed"),
    "PDF": ("application/pdf",),
}
"""MIME types of freedesktop's database, now and in former versions, by the name of a format."""


@pytest.fixture(autouse=True)
def beside(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the recipes import each other, as when one of them is run."""
    monkeypatch.syspath_prepend(str(BUNDLE))
    yield
    for name in ("appimage", "bundle", "contents", "icons", "released"):
        sys.modules.pop(name, None)


def module(name: str) -> Any:
    return __import__(name)


def test_a_desktop_offers_the_program_for_every_format() -> None:
    assert list(TYPES) == [format.name for format in FORMATS]
    text = (PACKAGING / f"{NAME}.desktop").read_text("utf-8")
    listed = re.findall(r"^MimeType=(.*);$", text, re.MULTILINE)[0].split(";")
    session = ElementTree.parse(PACKAGING / f"{NAME}.xml").getroot()[0]
    assert session.find("{*}glob").attrib["pattern"] == f"*{SUFFIX}"  # type: ignore[union-attr]
    assert listed == [*chain(*TYPES.values()), session.attrib["type"]]
    metainfo = ElementTree.parse(PACKAGING / f"{NAME}.metainfo.xml")
    assert metainfo.findtext("id") == NAME
    assert metainfo.findtext("launchable") == f"{NAME}.desktop"
    assert metainfo.find("releases/release").attrib["version"] == (  # type: ignore[union-attr]
        cozviewer.__version__
    )


def test_the_flatpak_installs_files_that_are_there() -> None:
    recipe = yaml.safe_load((PACKAGING / f"{NAME}.yml").read_text("utf-8"))
    assert recipe["id"] == NAME
    (part,) = recipe["modules"]
    for source in part["sources"]:
        if source["type"] == "file":
            assert (PACKAGING / source["path"]).is_file(), source
    (folder,) = (each for each in part["sources"] if each["type"] == "dir")
    assert folder["path"] == "../build/light/cozviewer", "where bundle.py makes it"


# -- the installer for Windows ---------------------------------------------------------------------


def installer() -> dict[str, list[str]]:
    """Return the lines of installer.iss by section, continued ones joined."""
    text = re.sub(r" \\\n\s+", " ", (BUNDLE / "installer.iss").read_text("utf-8"))
    sections = dict[str, list[str]]()
    for line in text.splitlines():
        if match := re.fullmatch(r"\[(\w+)\]", line):
            lines = sections[match[1]] = list[str]()
        elif line and not line.startswith((";", "#")):
            lines.append(line)
    return sections


DEFINED = r"^function (\w+): Boolean;"
"""A function of the installer's script that a line may be checked by."""


def test_the_installer_uses_what_it_is_given(tmp_path: Path) -> None:
    text = (BUNDLE / "installer.iss").read_text("utf-8")
    options = module("bundle").installer_options(
        "cozviewer-1.2.3-light-x", tmp_path / "a", tmp_path
    )
    given = {option[2:].partition("=")[0] for option in options if option.startswith("/D")}
    used = {*re.findall(r"\{#(\w+)\}", text), *re.findall(r"^#include (\w+)$", text, re.MULTILINE)}
    assert used == given
    assert "/DVersion=1.2.3" in options
    assert f"/DEndings={tmp_path / 'endings.iss'}" in options


def test_the_lines_of_the_installer_are_whole() -> None:
    sections = installer()
    setup = dict(line.split("=", 1) for line in sections.pop("Setup"))
    functions = {found for line in sections.pop("Code") for found in re.findall(DEFINED, line)}
    assert re.fullmatch(r"\{\{[0-9A-F-]{36}\}", setup["AppId"])
    assert (BUNDLE / setup["LicenseFile"].replace("\\", "/")).is_file()
    assert setup["SetupIconFile"] == "cozviewer.ico", "which icons.py makes beside it"
    tasks = {re.findall(r'"(\w+)"', line)[0] for line in sections["Tasks"]}
    for line in chain(*sections.values()):
        assert re.fullmatch(r'(\w+: ("([^"]|"")*"|[^";]+)(; |$))+', line), line
        assert set(re.findall(r"Tasks: (\w+)", line)) <= tasks
        for check in re.findall(r"Check: (.+)", line):
            assert set(re.split(r" and |not ", check)) <= {"", "IsAdminInstallMode", *functions}
    assert f"Classes\\{SUFFIX}" in sections["Registry"][0]


def test_the_installer_adds_its_folder_to_the_path_once_and_takes_it_out() -> None:
    sections = installer()
    (line,) = (line for line in sections["Registry"] if 'ValueName: "Path"' in line)
    assert line.endswith("Check: not IsAdminInstallMode and PathLacksProgram")
    code = "\n".join(sections["Code"])
    assert "RegQueryStringValue(HKEY_CURRENT_USER, Environment, 'Path', Path)" in code
    assert "Pos(Uppercase(ExpandConstant(';{app};')), Uppercase(Path))" in code
    _, removal = code.split("procedure CurUninstallStepChanged(Step: TUninstallStep);")
    assert "Delete(Path, Place, Length(ExpandConstant(';{app}')));" in removal
    assert "RegWriteExpandStringValue(HKEY_CURRENT_USER, Environment, 'Path'," in removal
    assert removal.count("begin") == removal.count("end;") == 1


def test_no_comment_of_the_installer_ends_before_it_should() -> None:
    outside = re.sub(r"\{[^}]*\}|'[^']*'", "", "\n".join(installer()["Code"]))
    assert not set("{}") & set(outside)
    assert re.findall(r"^\w+", outside, re.MULTILINE)[:2] == ["const", "function"]


def test_the_installer_offers_the_program_for_every_format(tmp_path: Path) -> None:
    path = module("contents").write_endings(Path(sys.executable), tmp_path / "endings.iss")
    lines = path.read_text("utf-8").splitlines()
    assert [re.findall(r'ValueName: "(.+?)"', line)[0] for line in lines] == list(SUFFIXES)
    command = next(line for line in installer()["Registry"] if "Applications" in line)
    key = re.findall(r'Subkey: "(.+?)"', command)[0]
    assert all(f'Subkey: "{key}\\SupportedTypes"' in line for line in lines)


# -- PyInstaller -----------------------------------------------------------------------------------


def run_spec(monkeypatch: pytest.MonkeyPatch, platform: str, *missing: str) -> dict[str, Any]:
    """Run cozviewer.spec on a system without some packages; return what is made of each kind, as
    keyword arguments."""
    made = dict[str, Any]()

    def kind(name: str) -> Any:
        def make(*args: Any, **options: Any) -> Any:
            made[name] = {"args": args, **options}
            return types.SimpleNamespace(pure=[], scripts=[], binaries=[], datas=[])

        return make

    hooks = types.ModuleType("PyInstaller.utils.hooks")
    hooks.collect_submodules = hooks.collect_data_files = lambda *args, **options: []  # type: ignore[attr-defined]
    hooks.collect_all = lambda package: ([], [], [f"{package}.found"])  # type: ignore[attr-defined]
    hooks.copy_metadata = lambda package, **_: version(package) and []  # type: ignore[attr-defined]
    packages = Packages(monkeypatch)
    packages.add("PyInstaller", "PyInstaller.utils")
    packages.replace(hooks)
    packages.hide(*missing)
    monkeypatch.setattr(sys, "platform", platform)
    kinds = {name: kind(name) for name in ("Analysis", "PYZ", "EXE", "COLLECT", "BUNDLE")}
    spec = BUNDLE / "cozviewer.spec"
    exec(compile(spec.read_text("utf-8"), spec, "exec"), {**kinds, "SPECPATH": str(BUNDLE)})
    return made


def test_the_app_for_macos_opens_every_format(monkeypatch: pytest.MonkeyPatch) -> None:
    app = run_spec(monkeypatch, "darwin", "openvino")["BUNDLE"]
    assert app["version"] == cozviewer.__version__
    assert app["bundle_identifier"] == NAME
    plist = plistlib.loads(plistlib.dumps(app["info_plist"]))
    pictures, session = plist["CFBundleDocumentTypes"]
    assert [f".{each}" for each in pictures["CFBundleTypeExtensions"]] == list(SUFFIXES)
    assert [f".{each}" for each in session["CFBundleTypeExtensions"]] == [SUFFIX]


@pytest.mark.skipif(find_spec("openvino") is None, reason="a system without OpenVINO")
def test_a_bundle_has_the_plugins_of_openvino(monkeypatch: pytest.MonkeyPatch) -> None:
    made = run_spec(monkeypatch, "linux")
    names = {Path(source).name for source, _ in made["Analysis"]["binaries"]}
    assert {"libopenvino_intel_cpu_plugin.so", "libopenvino_ir_frontend.so"} <= {
        name.partition(".so")[0] + ".so" for name in names
    }
    assert made["Analysis"]["args"][0] == [str(BUNDLE / "start.py")]
    assert not {"pydoc", "unittest"} & set(made["Analysis"]["excludes"]), "torch and scipy use them"
    for package in ("imagecodecs", "rapidocr"):
        found = find_spec(package) is not None
        assert (f"{package}.found" in made["Analysis"]["hiddenimports"]) == found


@pytest.mark.parametrize("before", [None, "/opt/lib"])
def test_a_bundle_starts_its_own_processes_with_its_own_libraries(
    monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/tmp/bundle")
    monkeypatch.setenv("PYINSTALLER_RESET_ENVIRONMENT", "0")
    if before is not None:
        monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", before)
    monkeypatch.setattr(sys, "argv", ["cozviewer", RUN, server.__name__])
    run, checked = list[str](), list[bool]()
    monkeypatch.setattr(own_process, "run_module", run.append)
    monkeypatch.setattr(multiprocessing, "freeze_support", lambda: checked.append(not run))
    runpy.run_path(str(BUNDLE / "start.py"), run_name="__main__")
    assert run == [server.__name__]
    assert checked == [True], "a process of multiprocessing goes its own way before"
    assert os.environ.get("LD_LIBRARY_PATH") == before, "that of the system for its programs"
    assert os.environ["PYINSTALLER_RESET_ENVIRONMENT"] == "1"


# -- what bundle.py makes --------------------------------------------------------------------------


def test_the_light_bundle_has_the_versions_of_the_project() -> None:
    found = module("contents").light_requirements()
    project = tomllib.loads((PACKAGING.parent / "pyproject.toml").read_text("utf-8"))["project"]
    assert {each for each in project["dependencies"] if each.startswith("PySide6")} <= set(found)
    assert "torch" not in map(module("contents").package_of, found)


def test_the_full_bundle_has_no_cuda() -> None:
    options = module("contents").pip_options
    assert options("full", "linux")[-1].endswith("/cpu")
    assert not options("full", "darwin")
    assert not options("light", "linux")


def test_a_file_that_is_no_runtime_is_refused_at_once(tmp_path: Path) -> None:
    check, path = module("appimage").check_runtime, tmp_path / "runtime"
    with pytest.raises(SystemExit, match=r"runtime cannot be read: make .* by runtime\.sh"):
        check(path)
    path.write_bytes(b"\x7fELF\2\1\1\3\0\0\0\0")
    with pytest.raises(SystemExit, match=r"is not a runtime of AppImages"):
        check(path)


def test_the_workflow_runs_what_is_there() -> None:
    workflow = yaml.safe_load((PACKAGING / "workflows/bundles.yml").read_text("utf-8"))
    jobs = workflow["jobs"]
    for job in jobs.values():
        for step in job["steps"]:
            for path in re.findall(r"packaging/[\w/.]+", step.get("run", "")):
                assert (PACKAGING.parent / path).is_file(), path
    flavours = {each["flavour"] for each in jobs["bundle"]["strategy"]["matrix"]["include"]}
    assert flavours == {"light", "full"}
    assert {
        each["system"].partition("-")[0] for each in jobs["bundle"]["strategy"]["matrix"]["include"]
    } == {"ubuntu", "windows", "macos"}


# -- clusters --------------------------------------------------------------------------------------


def test_the_recipes_for_clusters_are_whole(tmp_path: Path) -> None:
    text = (PACKAGING / "CLUSTER.md").read_text("utf-8")
    (manifest,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    cluster, policy = yaml.safe_load_all(manifest)
    assert cluster["kind"] == "RayCluster"
    label = {"ray.io/cluster": cluster["metadata"]["name"]}
    assert policy["spec"]["podSelector"]["matchLabels"] == label, "or nothing is protected"
    groups = [cluster["spec"]["headGroupSpec"], *cluster["spec"]["workerGroupSpecs"]]
    images = {pod["image"] for group in groups for pod in group["template"]["spec"]["containers"]}
    assert len(images) == 1, "the same versions everywhere"
    (script,) = re.findall(r"```bash\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "job.sh"
    path.write_text(script)
    subprocess.run(["bash", "-n", str(path)], check=True)
