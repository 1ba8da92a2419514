"""`cozviewer evaluate --paper`: the paper's table on tiny models, and what it is compared with."""

from pathlib import Path

import pytest

from cozviewer.commands.evaluate.paper import (
    FOLDERS,
    LEVELS,
    ROWS,
    images_folder,
    read_published,
    verdict_of,
)
from cozviewer.models.prompters import OneImage, TextPrompter
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput
from tests.commands.conftest import Run
from tests.models.coz_reference import FOLDER
from tests.models.tiny_qwen import save_adapter, save_tiny_qwen
from tests.models.tiny_ram import saved_ram
from tests.pyramid.images import encoded, noise, smooth

COZ = (
    *("--coz-lora", FOLDER / "sr_lora.pkl", "--coz-vae", FOLDER / "vae_encoder.pt"),
    *("--coz-base", FOLDER / "sd3", "--device", "cpu"),
)


@pytest.fixture(autouse=True)
def _no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """A folder laid out as DIV2K, with one image in the part that is evaluated."""
    folder = tmp_path / "DIV2K"
    for name in ("DIV2K_valid_HR", "DIV2K_train_HR"):
        (folder / name).mkdir(parents=True)
    (folder / "DIV2K_valid_HR/0801.png").write_bytes(encoded(noise(60, 80), "PNG"))
    (folder / "DIV2K_train_HR/0001.png").write_bytes(encoded(smooth(60, 80), "PNG"))
    return folder


@pytest.mark.usefixtures("small_states")
def test_the_whole_table_on_tiny_models(run: Run, images: Path, tmp_path: Path) -> None:
    qwen = save_tiny_qwen(tmp_path / "qwen")
    tags = saved_ram(tmp_path / "tags")
    prompters = ("--qwen", qwen, "--qwen-adapter", save_adapter(tmp_path / "grpo", qwen))
    tagger = ("--ram", tags / "ram_swin_large_14m.pth", "--dape", tags / "DAPE.pth")
    figures = tmp_path / "published.csv"
    figures.write_text("method,scale,metric,value\nbicubic,4,niqe,1000\ncoz+tags,4,niqe,\n")
    report = tmp_path / "table.md"
    done = run(
        *("evaluate", images, "--paper", "--levels", "1", "--published", figures),
        *(*COZ, *prompters, *tagger, "--max-tokens", "4", "-o", report, "--json"),
    )
    assert done.code == 0, done.err
    assert done.report["pictures"] == ["0801"]
    assert list(done.report["methods"]) == list(ROWS)
    (cell,) = done.report["published"]
    assert (cell["method"], cell["scale"], cell["verdict"]) == ("bicubic", 4, "better")
    recipes = done.report["recipes"]
    assert len(set(recipes.values())) == len(ROWS), "each method is one of its own"
    assert done.report["machine"]["torch"]
    text = report.read_text()
    assert "## Beside the published figures" in text
    assert "Of 1 cells: 0 as published, 1 better, 0 worse." in text
    assert "- coz+aligned: Chain-of-Zoom on CPU" in text
    assert report.with_name("table-sheet.png").is_file()


@pytest.mark.usefixtures("small_states")
def test_methods_without_files_are_left_out_and_named(run: Run, images: Path) -> None:
    done = run("evaluate", images, "--paper", "--levels", "1", *COZ, "--prompter", "none")
    assert done.code == 0, done.err
    assert "CoZ, aligned VLM is left out: coz+aligned needs an adapter" in done.err
    assert "CoZ, tags (DAPE) is left out: " in done.err
    assert "coz+none" in done.out
    assert "coz+tags" not in done.out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--paper", "--methods", "bicubic"), "--paper chooses the engine and the methods"),
        (("--paper", "--engine", "realesrgan"), "--paper chooses the engine and the methods"),
        (("--published", "x.csv"), "add --paper"),
        (("--devices", "cpu,,cpu"), "has an empty name"),
        (("--devices", "cpu,cpu", "--no-cache"), "leave out --no-cache"),
    ],
)
def test_options_that_do_not_go_together(
    run: Run, photo: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = run("evaluate", photo, *words)
    assert done.code == 2
    assert sentence in done.sentence


def test_several_devices_share_the_images(run: Run, images: Path, tmp_path: Path) -> None:
    folder = images / "DIV2K_valid_HR"
    (folder / "0802.png").write_bytes(encoded(smooth(60, 80), "PNG"))
    words = ("evaluate", folder, "--methods", "bicubic,nearest", "--levels", "1", "--json")
    alone = run(*words, "--cache", tmp_path / "one").report
    shared = run(*words, "--cache", tmp_path / "two", "--devices", "cpu,cpu,cpu")
    assert shared.code == 0, shared.err
    assert shared.report == alone
    assert "cpu: bicubic, " in shared.err


@pytest.mark.parametrize(
    ("ours", "error", "published", "better", "verdict"),
    [
        (5.0, 0.5, 5.4, "lower", "as published"),
        (5.0, 0.5, 5.6, "lower", "better"),
        (5.0, 0.5, 4.4, "lower", "worse"),
        (5.0, None, 5.09, "lower", "as published"),
        (5.0, None, 5.2, "higher", "worse"),
        (5.3, None, 5.0, "higher", "better"),
    ],
)
def test_a_verdict_regards_the_interval_and_the_direction(
    ours: float, error: float | None, published: float, better: str, verdict: str
) -> None:
    assert verdict_of(ours, error, published, better) == verdict  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n1,2\n", "the columns must be method, scale, metric and value"),
        ("method,scale,metric,value\ncoz,4,niqe,3\n", "line 2 names no method"),
        ("method,scale,metric,value\nbicubic,4,psnr,3\n", "line 2 names no method"),
        ("method,scale,metric,value\nbicubic,4x,niqe,3\n", "line 2 names no method"),
        ("method,scale,metric,value\nbicubic,4,niqe,three\n", "could not convert"),
    ],
)
def test_published_figures_that_cannot_be_read(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "figures.csv"
    path.write_text(text)
    with pytest.raises(BadInput, match=sentence):
        read_published(path)
    with pytest.raises(BadInput, match="cannot be read"):
        read_published(tmp_path / "none.csv")


def test_published_figures_are_read_whatever_else_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    rows = (
        "dataset,method,scale,metric,value",
        "DIV2K,coz+qwen, 256 ,niqe,7.25",
        ",bicubic,4,niqe,",
    )
    path.write_text("\ufeff" + "\n".join(rows), "utf-8")
    assert read_published(path) == {("coz+qwen", 256, "niqe"): 7.25}


def test_a_folder_of_images_is_taken_as_it_is(tmp_path: Path) -> None:
    assert images_folder(tmp_path) == tmp_path
    assert images_folder(tmp_path / "a.png") == tmp_path / "a.png"
    (tmp_path / FOLDERS[-1]).mkdir()
    assert images_folder(tmp_path) == tmp_path / FOLDERS[-1]
    assert 4**LEVELS == 256


def test_one_image_prompts_hide_the_wider_view() -> None:
    class Showing(TextPrompter):
        def prompt(self, previous: object, crop: object, cancelled: object) -> str:
            return "alone" if previous is None else "wide"

    view = noise(4, 4)
    prompter = OneImage(Showing("x"))
    assert prompter.prompt(view, view, never) == "alone"
    assert prompter.identity == {"name": "text", "words": "x", "images": "one"}
