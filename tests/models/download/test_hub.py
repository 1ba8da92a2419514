"""Downloads from a hub: whole or to be gone on with, and every refusal in steps."""

import errno
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub import constants, try_to_load_from_cache
from huggingface_hub.errors import OfflineModeIsEnabled

from cozviewer.models.coz.base import SD3
from cozviewer.models.download import hub
from cozviewer.models.download.hub import HubFile, download, listing
from cozviewer.models.pisa.base import SD2
from cozviewer.util.downloads import DownloadProgress
from cozviewer.util.errors import BadInput, Cancelled, Failure
from tests.fuzz.servers import RawServer, http, servers
from tests.models.hub_server import COMMIT, HubServer

REPO = "someone/model"

LARGE = bytes(range(256)) * 400
"""100 KB of "weights"."""

FILES = {
    "config.json": b"{}",
    "tokenizer.json": b"{1}",
    "model-1.safetensors": LARGE,
    "model-2.safetensors": LARGE[::-1],
    "README.md": b"read me",
    "model.bin": b"a pickle",
    "code.py": b"import os",
    "sub/other.safetensors": b"not of this model",
}

USED = ("config.json", "tokenizer.json", "model-1.safetensors", "model-2.safetensors")


@pytest.fixture(autouse=True)
def cache(hub_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub cache of this test, online and not signed in; files come in small chunks."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 4096)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(hub_cache / "token"))
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return hub_cache


@pytest.fixture
def server() -> Iterator[HubServer]:
    with HubServer(REPO, dict(FILES)) as made:
        yield made


def fetch(server: HubServer, reported: list[DownloadProgress] | None = None) -> Path:
    heard = [] if reported is None else reported
    what = listing(REPO, server.endpoint)
    return download(what, heard.append, lambda: False, server.endpoint)


def test_only_weights_in_safetensors_and_texts_are_listed(server: HubServer) -> None:
    what = listing(REPO, server.endpoint)
    assert (what.repo, what.commit) == (REPO, COMMIT)
    assert sorted(file.path for file in what.files) == sorted(USED)
    assert what.size == 2 * len(LARGE) + 5


def test_of_the_base_its_parts_are_listed_once() -> None:
    files = {
        "model_index.json": b"{}",
        "sd3_medium.safetensors": LARGE,
        "vae/diffusion_pytorch_model.safetensors": LARGE,
        "vae/diffusion_pytorch_model.fp16.safetensors": LARGE,
        "text_encoder/model.fp16.safetensors": LARGE,
        "tokenizer/vocab.json": b"{}",
        "scheduler/scheduler_config.json": b"{}",
    }
    with HubServer(SD3, files) as server:
        found = {file.path for file in listing(SD3, server.endpoint).files}
    assert found == {
        "model_index.json",
        "vae/diffusion_pytorch_model.safetensors",
        "text_encoder/model.fp16.safetensors",
        "tokenizer/vocab.json",
    }


def test_of_the_base_of_pisa_no_second_copies_are_listed() -> None:
    files = {
        "model_index.json": b"{}",
        "v2-1_512-ema-pruned.safetensors": LARGE,
        "unet/config.json": b"{}",
        "unet/diffusion_pytorch_model.safetensors": LARGE,
        "unet/diffusion_pytorch_model.fp16.safetensors": LARGE,
        "vae/diffusion_pytorch_model.safetensors": LARGE,
        "text_encoder/model.safetensors": LARGE,
        "tokenizer/merges.txt": b"a",
        "scheduler/scheduler_config.json": b"{}",
        "feature_extractor/preprocessor_config.json": b"{}",
    }
    with HubServer(SD2, files) as server:
        found = {file.path for file in listing(SD2, server.endpoint).files}
    assert found == {
        "model_index.json",
        "unet/config.json",
        "unet/diffusion_pytorch_model.safetensors",
        "vae/diffusion_pytorch_model.safetensors",
        "text_encoder/model.safetensors",
        "tokenizer/merges.txt",
    }


def test_a_model_is_fetched_to_where_others_find_it(server: HubServer) -> None:
    reported: list[DownloadProgress] = []
    folder = fetch(server, reported)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        name: FILES[name] for name in USED
    }
    assert try_to_load_from_cache(REPO, "config.json") == str(folder / "config.json")
    done = [each.done for each in reported]
    assert done == sorted(done)
    assert (done[-1], reported[-1].total) == (2 * len(LARGE) + 5, 2 * len(LARGE) + 5)


def test_what_is_here_is_not_fetched_again(server: HubServer) -> None:
    fetch(server)
    server.gets.clear()
    fetch(server)
    assert server.gets == []


def stop_half_way(server: HubServer) -> None:
    """Stop a download after ten pieces of the first large file."""
    asked: list[None] = []

    def stopped() -> bool:
        asked.append(None)
        return len([path for path, _ in server.gets if "model-1" in path]) > 0 and len(asked) > 14

    what = listing(REPO, server.endpoint)
    with pytest.raises(Cancelled, match="the next download resumes"):
        download(what, lambda progress: None, stopped, server.endpoint)


def parts(cache: Path) -> list[Path]:
    return list(cache.rglob("*.cozviewer-part"))


def test_a_stopped_download_goes_on_where_it_was(
    server: HubServer, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_half_way(server)
    (part,) = parts(cache)
    here = part.stat().st_size
    assert 0 < here < len(LARGE)
    server.gets.clear()
    folder = fetch(server)
    assert ("model-1.safetensors", f"bytes={here}-") in server.gets
    assert (folder / "model-1.safetensors").read_bytes() == LARGE
    assert parts(cache) == []


def test_where_the_hub_begins_anew_the_file_is_right_all_the_same(
    server: HubServer, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_half_way(server)
    server.ranges = False
    folder = fetch(server)
    assert (folder / "model-1.safetensors").read_bytes() == LARGE


def test_a_damaged_file_is_deleted_and_told(server: HubServer, cache: Path) -> None:
    server.wrong = {"model-2.safetensors"}
    with pytest.raises(Failure, match=r"model-2.safetensors of someone/model was damaged"):
        fetch(server)
    assert parts(cache) == []
    server.wrong = set()
    assert (fetch(server) / "model-2.safetensors").read_bytes() == LARGE[::-1]


def test_a_part_that_was_tampered_with_does_not_get_in(
    server: HubServer, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_half_way(server)
    (part,) = parts(cache)
    part.write_bytes(b"x" * part.stat().st_size)
    with pytest.raises(Failure, match="was damaged"):
        fetch(server)


def test_a_connection_that_breaks_is_taken_up_again(
    server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda seconds: None)
    broken: list[int] = []

    def sent(path: str, so_far: int) -> bool:
        if path == "model-1.safetensors" and so_far >= 50_000 and not broken:
            broken.append(so_far)
            return True
        return False

    server.sent = sent
    assert (fetch(server) / "model-1.safetensors").read_bytes() == LARGE
    assert broken


def test_a_full_disk_keeps_what_has_come(
    server: HubServer, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = hub._Digesting.write

    def full(self: hub._Digesting, data: bytes) -> int:
        if self.tell() > 30_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(self, data)

    with monkeypatch.context() as patch:
        patch.setattr(hub._Digesting, "write", full)
        with pytest.raises(Failure, match="disk is full: free some space"):
            fetch(server)
    assert parts(cache)[0].stat().st_size > 30_000
    assert (fetch(server) / "model-1.safetensors").read_bytes() == LARGE


def test_too_little_room_is_reported_before(server: HubServer) -> None:
    what = listing(REPO, server.endpoint)
    files = tuple(replace(file, size=1 << 60) for file in what.files)
    with pytest.raises(BadInput, match="set HF_HOME to another disk"):
        download(replace(what, files=files), lambda _: None, lambda: False, server.endpoint)
    assert server.gets == []


def test_who_is_not_logged_in_gets_all_steps(server: HubServer) -> None:
    server.gated = True
    with pytest.raises(BadInput, match=r"1\. open .*someone/model.* 2\. .*HF_TOKEN.*; 3\."):
        fetch(server)


def test_who_has_not_accepted_the_licence_gets_the_step_that_is_left(
    server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    server.gated = True
    with pytest.raises(BadInput, match="has not accepted the licence of someone/model") as reported:
        fetch(server)
    assert "auth login" not in str(reported.value)
    assert "hf_secret" not in str(reported.value)


def test_an_unknown_model_is_reported(server: HubServer) -> None:
    with pytest.raises(BadInput, match="The model hub has no model someone/else"):
        listing("someone/else", server.endpoint)


def test_a_model_without_safetensors_is_refused() -> None:
    with (
        HubServer(REPO, {"model.bin": LARGE, "config.json": b"{}"}) as server,
        pytest.raises(BadInput, match="no safetensors weights"),
    ):
        listing(REPO, server.endpoint)


def test_offline_mode_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> None:
        raise OfflineModeIsEnabled("offline")

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", offline)
    with pytest.raises(BadInput, match="disabled \\(HF_HUB_OFFLINE\\)"):
        listing(REPO)


def test_a_hub_that_is_not_there_is_reported(server: HubServer) -> None:
    with pytest.raises(Failure, match="The model hub did not respond"):
        listing(REPO, "http://127.0.0.1:9")


@pytest.mark.parametrize(
    "file",
    [
        HubFile("../../model.safetensors", 1, "0" * 64),
        HubFile("/etc/model.safetensors", 1, "0" * 64),
        HubFile("a\\..\\model.safetensors", 1, "0" * 64),
        HubFile("C:model.safetensors", 1, "0" * 64),
        HubFile("model.safetensors", 1, "../../../evil"),
        HubFile("model.safetensors", -1, "0" * 64),
        HubFile("model.safetensors", 10**30, "0" * 64),
    ],
)
def test_a_listing_that_names_other_places_or_makes_no_sense_is_refused(file: HubFile) -> None:
    with pytest.raises(Failure, match="The model hub returned invalid data about someone/model"):
        hub._checked(REPO, file)


def test_a_commit_that_is_none_is_refused(server: HubServer) -> None:
    server.commit = "../../evil"
    with pytest.raises(Failure, match="invalid data"):
        listing(REPO, server.endpoint)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[]", b"[" * 5000, b'{"siblings": [{"rfilename": 1, "lfs": {}}]}'],
)
def test_a_reply_that_is_no_listing(body: bytes) -> None:
    """As from a portal of a hotel that wants a password."""
    with RawServer(http(body)) as server, pytest.raises(Failure, match="returned invalid data"):
        listing(REPO, f"http://127.0.0.1:{server.port}")


def test_the_library_prints_nothing_about_a_broken_download(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Failure, match="did not respond"):
        servers().run("model file", b"HT", tmp_path)
    assert capfd.readouterr() == ("", "")
