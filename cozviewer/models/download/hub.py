"""Downloads models from the Hugging Face hub into its cache, where other programs find them too.

Large files are downloaded here, so that an interrupted download resumes where it stopped, and each
is checked against the hub's digest before it is moved into place. huggingface_hub creates the
links of the cache. Only safetensors weights and text files are downloaded.
"""

import errno
import hashlib
import logging
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from cozviewer.models.coz.base import NETWORKS, SD3, TOKENIZERS
from cozviewer.models.network import first_line
from cozviewer.models.pisa.base import PARTS as SD2_PARTS
from cozviewer.models.pisa.base import SD2
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.downloads import DownloadProgress, OnProgress
from cozviewer.util.errors import BadInput, CozviewerError, Failure
from cozviewer.util.translation import translate
from cozviewer.util.units import gigabytes, seconds_left

TEXTS = (".json", ".txt", ".model", ".jinja")
WEIGHTS = ".safetensors"

PIECE = 1 << 20
"""Bytes that are hashed at once."""

LARGEST = 1 << 43
"""Maximum bytes of a file in a listing: 8 TB."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}")

HEADROOM = 1 << 30
"""Bytes of disk space that a download leaves free."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a model: its path, size in bytes, and hex SHA-256 ("" for small text files)."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a model to download.

    Attributes:
        repo: Hub name of the model.
        commit: Commit that the files belong to.
        files: The files that are used.
    """

    repo: str
    commit: str
    files: tuple[HubFile, ...]

    @property
    def size(self) -> int:
        """Size of all files in bytes."""
        return sum(file.size for file in self.files)


def listing(repo: str, endpoint: str | None = None) -> Listing:
    """Return the files of a model, from the hub.

    Args:
        repo: Hub name of the model.
        endpoint: Address of the hub; None for the default.

    Raises:
        BadInput: The model does not exist, or its licence must be accepted first.
        Failure: The hub cannot be reached.
    """
    from huggingface_hub import HfApi

    with _user_errors(repo):
        try:
            info = HfApi(endpoint=endpoint).model_info(repo, files_metadata=True)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise _invalid(repo) from error  # the reply may be any JSON, or none
    files = [
        _checked(repo, HubFile(each.rfilename, each.size or 0, each.lfs.sha256 if each.lfs else ""))
        for each in info.siblings or []
        if _is_used(repo, each.rfilename)
    ]
    if info.sha is not None and not _COMMIT.fullmatch(info.sha):
        raise _invalid(repo)
    wanted = tuple(_without_variants(files))
    if not any(file.path.endswith(WEIGHTS) for file in wanted) or info.sha is None:
        raise BadInput(
            translate("Error", "{repo} has no safetensors weights: choose another model.").format(
                repo=repo
            )
        )
    return Listing(repo, info.sha, wanted)


def _checked(repo: str, file: HubFile) -> HubFile:
    """Return a file of a listing after validation, as its name becomes a path.

    Raises:
        Failure: Its path is outside the model's folder, or its values are not valid.
    """
    parts = PurePosixPath(file.path).parts
    odd = file.path.startswith("/") or ".." in parts or re.search(r"[\\:\x00-\x1f]", file.path)
    digest = not file.sha256 or _SHA256.fullmatch(file.sha256)
    if odd or not digest or type(file.size) is not int or not 0 <= file.size <= LARGEST:
        raise _invalid(repo)
    return file


def _invalid(repo: str) -> Failure:
    return Failure(
        translate(
            "Error", "The model hub returned invalid data about {repo}: try again later."
        ).format(repo=repo)
    )


def download(
    what: Listing, on_progress: OnProgress, cancelled: IsCancelled, endpoint: str | None = None
) -> Path:
    """Download the missing files of a model, and return its folder.

    Args:
        what: As `listing` returns it.
        on_progress: Receives progress, several times a second.
        cancelled: Checked between pieces; a later download resumes.
        endpoint: Address of the hub; None for the default.

    Raises:
        BadInput: As `listing`; or there is not enough disk space.
        Cancelled: `cancelled` returned True.
        Failure: The hub or the disk failed; a later download resumes.
    """
    from huggingface_hub import hf_hub_download

    blobs = _blobs(what.repo)
    counter = _Counter(what.size, on_progress, cancelled)
    missing = [file for file in what.files if not _is_here(what, file)]
    _check_space(blobs, sum(file.size - _part_size(blobs, file) for file in missing))
    for file in what.files:
        counter.begin(file)
        with _user_errors(what.repo), _quiet():
            if file in missing and file.sha256:
                _fetch(what, file, blobs, counter, endpoint)
            # Downloads small files; for large files, whose content is there now, makes the link.
            path = hf_hub_download(
                what.repo,
                file.path,
                revision=what.commit,
                endpoint=endpoint,
                tqdm_class=_bar(lambda count: counter.check()),
            )
        counter.finish(file)
    _note_main(blobs.parent, what.commit)
    return Path(path).parents[len(PurePosixPath(file.path).parts) - 1]


class _Counter:
    """Counts bytes and reports progress."""

    def __init__(self, total: int, on_progress: OnProgress, cancelled: IsCancelled) -> None:
        self._total, self._on_progress, self._cancelled = total, on_progress, cancelled
        self._before = 0  # bytes of the finished files
        self._done = 0  # bytes of the current file
        self._fetched = 0
        self._started = time.monotonic()
        self._reported_at = 0.0
        self._name = ""

    def begin(self, file: HubFile) -> None:
        self._name, self._done = file.path, 0
        self.check()

    def add(self, count: int, fetched: bool) -> None:
        """Count bytes that were downloaded, or already there; raises Cancelled."""
        self._done += count
        self._fetched += count if fetched else 0
        now = time.monotonic()
        if now - self._reported_at > 0.1:
            self._reported_at = now
            self._report(now)
        self.check()

    def finish(self, file: HubFile) -> None:
        self._before += file.size
        self._done = 0
        self._report(time.monotonic())

    def check(self) -> None:
        check_cancelled(
            self._cancelled,
            translate("Error", "Stopped; the next download resumes where it stopped."),
        )

    def _report(self, now: float) -> None:
        done = min(self._total, self._before + self._done)
        fetched = self._fetched
        left = seconds_left(now - self._started, fetched, fetched + self._total - done)
        self._on_progress(DownloadProgress(self._name, done, self._total, left))


def _fetch(
    what: Listing, file: HubFile, blobs: Path, counter: _Counter, endpoint: str | None
) -> None:
    """Download a large file into its blob, resuming an earlier download."""
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    blobs.mkdir(parents=True, exist_ok=True)
    part = _part(blobs, file)
    with part.open("r+b" if part.exists() else "w+b") as content:
        digesting = _Digesting(content, hashlib.sha256())
        while piece := content.read(PIECE):
            digesting.digest.update(piece)
            counter.add(len(piece), fetched=False)
        here = content.tell()
        if here < file.size:
            url = hf_hub_url(what.repo, file.path, revision=what.commit, endpoint=endpoint)
            http_get(
                url,
                digesting,  # type: ignore[arg-type]
                resume_size=here,
                headers=build_hf_headers(),
                expected_size=file.size,
                tqdm_class=_bar(lambda count: counter.add(count, fetched=True)),
            )
        content.flush()
        os.fsync(content.fileno())
    if digesting.digest.hexdigest() != file.sha256:
        part.unlink()
        raise Failure(
            translate(
                "Error",
                "The downloaded file {path} of {repo} was damaged and has been deleted: "
                "download it again.",
            ).format(path=file.path, repo=what.repo)
        )
    os.replace(part, blobs / file.sha256)


class _Digesting:
    """A file that hashes written data, with the methods that `http_get` needs."""

    def __init__(self, file: Any, digest: Any) -> None:
        self._file, self.digest = file, digest

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        written: int = self._file.write(data)
        return written

    def tell(self) -> int:
        position: int = self._file.tell()
        return position

    def seek(self, position: int) -> int:
        found: int = self._file.seek(position)
        return found

    def truncate(self) -> int:
        """Restart, as the hub sends the file from the beginning."""
        self.digest = hashlib.sha256()
        left: int = self._file.truncate()
        return left


def _bar(add: Callable[[int], None]) -> type[Any]:
    """Return an invisible progress bar that passes counts on."""
    from tqdm.auto import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **{**options, "disable": True})

        def update(self, count: float | None = 1) -> bool | None:
            add(int(count or 0))
            return None

    return Bar


def _is_used(repo: str, path: str) -> bool:
    """Return whether a file of a model is used: weights and text files in the expected folders."""
    where = PurePosixPath(path)
    if where.suffix not in (*TEXTS, WEIGHTS):
        return False
    folders = {SD3: (*NETWORKS, *TOKENIZERS), SD2: SD2_PARTS}.get(repo)
    if folders is not None:
        return path == "model_index.json" or where.parts[0] in folders
    return len(where.parts) == 1


def _without_variants(files: list[HubFile]) -> Iterator[HubFile]:
    """Yield files, without fp16 variants of files that are there in the default format."""
    plain = {str(PurePosixPath(f.path).parent) for f in files if _is_plain(f)}
    for file in files:
        if ".fp16" not in file.path or str(PurePosixPath(file.path).parent) not in plain:
            yield file


def _is_plain(file: HubFile) -> bool:
    return file.path.endswith(WEIGHTS) and ".fp16" not in file.path


def _blobs(repo: str) -> Path:
    """Return the folder in the hub's cache with the content of a model's files."""
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    return Path(constants.HF_HUB_CACHE, repo_folder_name(repo_id=repo, repo_type="model"), "blobs")


def _is_here(what: Listing, file: HubFile) -> bool:
    from huggingface_hub import try_to_load_from_cache

    if file.sha256:
        blob = _blobs(what.repo) / file.sha256
        return blob.is_file() and blob.stat().st_size == file.size
    return isinstance(try_to_load_from_cache(what.repo, file.path, revision=what.commit), str)


def _part(blobs: Path, file: HubFile) -> Path:
    return blobs / f"{file.sha256}.cozviewer-part"


def _part_size(blobs: Path, file: HubFile) -> int:
    part = _part(blobs, file)
    return part.stat().st_size if part.is_file() else 0


def _check_space(folder: Path, needed: int) -> None:
    there = next(path for path in (folder, *folder.parents) if path.is_dir())
    free = shutil.disk_usage(there).free
    if needed + HEADROOM > free:
        raise BadInput(
            translate(
                "Error",
                "The download needs {needed}, and only {free} are free in "
                "{there}: free some space, or set HF_HOME to another disk.",
            ).format(needed=gigabytes(needed), free=gigabytes(free), there=there)
        )


def _note_main(repo_folder: Path, commit: str) -> None:
    """Make this commit the current one of the model."""
    refs = repo_folder / "refs"
    refs.mkdir(parents=True, exist_ok=True)
    (refs / "main").write_text(commit)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the hub's library from writing to the terminal about attempts that fail: what remains
    of that is an error for the user."""
    from huggingface_hub.utils import logging as hub_logging

    before = hub_logging.get_verbosity()
    hub_logging.set_verbosity(logging.CRITICAL)
    try:
        yield
    finally:
        hub_logging.set_verbosity(before)


@contextmanager
def _user_errors(repo: str) -> Iterator[None]:
    """Turn errors of the hub and the network into errors for the user."""
    from httpx2 import HTTPError
    from huggingface_hub import errors, get_token

    page = f"https://huggingface.co/{repo}"
    try:
        yield
    except CozviewerError:
        raise
    except errors.GatedRepoError as error:
        if get_token() is None:
            raise BadInput(
                translate(
                    "Error",
                    "Accept the licence of {repo} first: 1. open {page}, sign in and accept it; "
                    "2. create a token on https://huggingface.co/settings/tokens and set the "
                    "environment variable HF_TOKEN to it; 3. download again.",
                ).format(repo=repo, page=page)
            ) from error
        raise BadInput(
            translate(
                "Error",
                "Your Hugging Face account has not accepted the licence of {repo}: 1. open {page} "
                "with that account and accept it; 2. download again.",
            ).format(repo=repo, page=page)
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise BadInput(
            translate(
                "Error", "The model hub has no model {repo}, or it is private: check the name."
            ).format(repo=repo)
        ) from error
    except errors.OfflineModeIsEnabled as error:
        raise BadInput(
            translate(
                "Error",
                "Downloads are disabled (HF_HUB_OFFLINE): unset it, or choose a folder with the "
                "model.",
            )
        ) from error
    except (HTTPError, errors.HfHubHTTPError) as error:
        raise Failure(
            translate(
                "Error",
                "The model hub did not respond ({reason}): try again later; the download "
                "will resume.",
            ).format(reason=first_line(error))
        ) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise Failure(
                translate(
                    "Error",
                    "The disk is full: free some space, or set HF_HOME to another disk; the "
                    "download will resume.",
                )
            ) from error
        raise Failure(
            translate("Error", "The download failed ({reason}): try again; it will resume.").format(
                reason=first_line(error)
            )
        ) from error
