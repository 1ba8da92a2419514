"""Downloads models into the hub's own cache, where every program of that family finds them.

Large files are fetched by us, so that a download that was stopped goes on where it was, and each is
checked against the digest that the hub names before it takes its place. The layout of the cache is
huggingface_hub's: it makes the links. Only weights in safetensors and texts are ever fetched.
"""

import errno
import hashlib
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
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.downloads import DownloadProgress, Told
from cozviewer.util.errors import BadInput, CozviewerError, Failure
from cozviewer.util.units import gigabytes, seconds_left

TEXTS = (".json", ".txt", ".model", ".jinja")
WEIGHTS = ".safetensors"

PIECE = 1 << 20
"""Bytes that are digested at once."""

LARGEST = 1 << 43
"""Bytes of one file that a listing may name: 8 TB."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}")

HEADROOM = 1 << 30
"""Bytes that a download leaves free."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a model: its path, bytes, and hex SHA-256 ("" for small texts)."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What is to be fetched of a model.

    Attributes:
        repo: Its hub name.
        commit: The state that the files belong to.
        files: What of it is used.
    """

    repo: str
    commit: str
    files: tuple[HubFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def listing(repo: str, endpoint: str | None = None) -> Listing:
    """Ask the hub what a model consists of.

    Args:
        repo: Its hub name.
        endpoint: The hub's address; None is the usual one.

    Raises:
        BadInput: There is no such model, or its licence must be accepted first.
        Failure: The hub cannot be reached.
    """
    from huggingface_hub import HfApi

    with _sentences(repo):
        info = HfApi(endpoint=endpoint).model_info(repo, files_metadata=True)
    files = [
        _checked(repo, HubFile(each.rfilename, each.size or 0, each.lfs.sha256 if each.lfs else ""))
        for each in info.siblings or []
        if _is_used(repo, each.rfilename)
    ]
    if info.sha is not None and not _COMMIT.fullmatch(info.sha):
        raise _nonsense(repo)
    wanted = tuple(_without_variants(files))
    if not any(file.path.endswith(WEIGHTS) for file in wanted) or info.sha is None:
        raise BadInput(f"{repo} has no weights in safetensors: choose another model.")
    return Listing(repo, info.sha, wanted)


def _checked(repo: str, file: HubFile) -> HubFile:
    """Return a file of a listing whose names become paths and whose size is counted with.

    Raises:
        Failure: It names a place outside the model's folder, or makes no sense.
    """
    parts = PurePosixPath(file.path).parts
    odd = file.path.startswith("/") or ".." in parts or re.search(r"[\\:\x00-\x1f]", file.path)
    digest = not file.sha256 or _SHA256.fullmatch(file.sha256)
    if odd or not digest or type(file.size) is not int or not 0 <= file.size <= LARGEST:
        raise _nonsense(repo)
    return file


def _nonsense(repo: str) -> Failure:
    return Failure(f"What the hub says about {repo} makes no sense: try again later.")


def download(
    what: Listing, told: Told, cancelled: IsCancelled, endpoint: str | None = None
) -> Path:
    """Fetch what is missing of a model, and return the folder that it lies in.

    Args:
        what: As `listing` returns it.
        told: Receives progress, some times a second.
        cancelled: Asked between pieces; what has come stays for the next time.

    Raises:
        BadInput: As `listing`; or the disk has too little room.
        Cancelled: `cancelled` said so.
        Failure: The hub or the disk failed; what has come stays.
    """
    from huggingface_hub import hf_hub_download

    blobs = _blobs(what.repo)
    counter = _Counter(what.size, told, cancelled)
    missing = [file for file in what.files if not _is_here(what, file)]
    _check_room(blobs, sum(file.size - _part_size(blobs, file) for file in missing))
    for file in what.files:
        counter.begin(file)
        with _sentences(what.repo):
            if file in missing and file.sha256:
                _fetch(what, file, blobs, counter, endpoint)
            # Texts are fetched here; of large files, whose content is there now, the link is made.
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
    """Counts bytes and tells how far they are."""

    def __init__(self, total: int, told: Told, cancelled: IsCancelled) -> None:
        self._total, self._told, self._cancelled = total, told, cancelled
        self._before = 0  # bytes of the files that are finished
        self._done = 0  # bytes of the one at hand
        self._fetched = 0
        self._started = time.monotonic()
        self._told_at = 0.0
        self._name = ""

    def begin(self, file: HubFile) -> None:
        self._name, self._done = file.path, 0
        self.check()

    def add(self, count: int, fetched: bool) -> None:
        """Note bytes that came, or that were here; raises Cancelled."""
        self._done += count
        self._fetched += count if fetched else 0
        now = time.monotonic()
        if now - self._told_at > 0.1:
            self._told_at = now
            self._tell(now)
        self.check()

    def finish(self, file: HubFile) -> None:
        self._before += file.size
        self._done = 0
        self._tell(time.monotonic())

    def check(self) -> None:
        check_cancelled(self._cancelled, "Stopped; the same command goes on where it was.")

    def _tell(self, now: float) -> None:
        done = min(self._total, self._before + self._done)
        fetched = self._fetched
        left = seconds_left(now - self._started, fetched, fetched + self._total - done)
        self._told(DownloadProgress(self._name, done, self._total, left))


def _fetch(
    what: Listing, file: HubFile, blobs: Path, counter: _Counter, endpoint: str | None
) -> None:
    """Fetch a large file into its blob, going on with what came before."""
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
            f"{file.path} of {what.repo} came damaged and was deleted: run the same command again."
        )
    os.replace(part, blobs / file.sha256)


class _Digesting:
    """A file that digests what is written to it, as `http_get` wants it."""

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
        """Begin anew: the hub sends the file from its start."""
        self.digest = hashlib.sha256()
        left: int = self._file.truncate()
        return left


def _bar(came: Callable[[int], None]) -> type[Any]:
    """Return a progress bar that shows nothing and passes counts on."""
    from tqdm.auto import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **{**options, "disable": True})

        def update(self, count: float | None = 1) -> bool | None:
            came(int(count or 0))
            return None

    return Bar


def _is_used(repo: str, path: str) -> bool:
    """Tell whether a file of a model is ever read: weights and texts, where they belong."""
    where = PurePosixPath(path)
    if where.suffix not in (*TEXTS, WEIGHTS):
        return False
    if repo == SD3:
        return path == "model_index.json" or where.parts[0] in (*NETWORKS, *TOKENIZERS)
    return len(where.parts) == 1


def _without_variants(files: list[HubFile]) -> Iterator[HubFile]:
    """Yield files without those in fp16 that are there in their usual numbers as well."""
    plain = {str(PurePosixPath(f.path).parent) for f in files if _is_plain(f)}
    for file in files:
        if ".fp16" not in file.path or str(PurePosixPath(file.path).parent) not in plain:
            yield file


def _is_plain(file: HubFile) -> bool:
    return file.path.endswith(WEIGHTS) and ".fp16" not in file.path


def _blobs(repo: str) -> Path:
    """Return where the hub's cache keeps the content of a model's files."""
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


def _check_room(folder: Path, needed: int) -> None:
    there = next(path for path in (folder, *folder.parents) if path.is_dir())
    free = shutil.disk_usage(there).free
    if needed + HEADROOM > free:
        raise BadInput(
            f"The download takes {gigabytes(needed)} more, and {gigabytes(free)} are free in "
            f"{there}: free some space, or set HF_HOME to another disk."
        )


def _note_main(repo_folder: Path, commit: str) -> None:
    """Make this commit what the model's name stands for."""
    refs = repo_folder / "refs"
    refs.mkdir(parents=True, exist_ok=True)
    (refs / "main").write_text(commit)


@contextmanager
def _sentences(repo: str) -> Iterator[None]:
    """Say in a sentence, and in steps, what the hub answers and the network does."""
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
                f"{repo} wants its licence to be accepted: 1. open {page}, log in and accept it; "
                "2. make a token on https://huggingface.co/settings/tokens and run `hf auth "
                "login`; 3. run the same command again."
            ) from error
        raise BadInput(
            f"The account that you are logged in with has not accepted the licence of {repo}: "
            f"1. open {page} with that account and accept it; 2. run the same command again."
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise BadInput(f"The hub has no model {repo}, or hides it: check the name.") from error
    except errors.OfflineModeIsEnabled as error:
        raise BadInput(
            "Downloads are switched off (HF_HUB_OFFLINE): unset it, or give a local folder."
        ) from error
    except (HTTPError, errors.HfHubHTTPError) as error:
        raise Failure(
            f"The hub did not answer as it should ({first_line(error)}): try again later; what "
            "has come is kept."
        ) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise Failure(
                "The disk is full: free some space, or set HF_HOME to another disk; what has come "
                "is kept."
            ) from error
        raise Failure(
            f"The download failed ({first_line(error)}): run the same command again; what has "
            "come is kept."
        ) from error
