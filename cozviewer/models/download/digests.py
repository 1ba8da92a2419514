"""Digests of large files, cached because models have a dozen files of many gigabytes."""

import hashlib
import json
import re
from contextlib import suppress
from pathlib import Path

from cozviewer.models.model_reading import file_digest
from cozviewer.util.atomic import atomic_private_path

FILE_NAME = "digests.json"
"""Maps path, size and modification time of a file to its digest. It can be deleted."""

_LINE = re.compile(r"[0-9]{1,20} [0-9]{1,20} [0-9a-f]{64}")
"""Size, modification time, digest."""


def files_digest(folder: Path, files: list[Path], cache_dir: Path | None) -> str:
    """Return one hex SHA-256 of the names and contents of files. Imports no heavy library.

    Args:
        folder: Names are relative to this folder.
        files: Existing files in it.
        cache_dir: Folder of the cache of digests by path, size and modification time; None reads
            all files every time.

    Raises:
        BadInput: A file cannot be read.
    """
    known = {} if cache_dir is None else _read(cache_dir / FILE_NAME)
    found = {str(path): _entry(path, known) for path in files}
    if cache_dir is not None and not found.items() <= known.items():
        _write(cache_dir / FILE_NAME, {**known, **found})
    combined = hashlib.sha256()
    for path in sorted(files):
        name = path.relative_to(folder).as_posix()
        combined.update(f"{name} {found[str(path)].split()[-1]}\n".encode())
    return combined.hexdigest()


def cached_digest(path: Path, cache_dir: Path | None) -> str:
    """Return the hex SHA-256 of a file; arguments and errors as for `files_digest`."""
    known = {} if cache_dir is None else _read(cache_dir / FILE_NAME)
    entry = _entry(path, known)
    if cache_dir is not None and known.get(str(path)) != entry:
        _write(cache_dir / FILE_NAME, {**known, str(path): entry})
    return entry.split()[-1]


def _entry(path: Path, known: dict[str, str]) -> str:
    """Return "size time digest" of a file, from `known` if size and time are unchanged."""
    try:
        status = path.stat()
        stamp = f"{status.st_size} {status.st_mtime_ns}"
    except OSError:
        stamp = "0 0"  # reading it raises the error
    before = known.get(str(path), "")
    if before.startswith(f"{stamp} "):
        return before
    return f"{stamp} {file_digest(path)}"


def _read(path: Path) -> dict[str, str]:
    try:
        known = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    lines = known.items() if isinstance(known, dict) else ()
    return {name: line for name, line in lines if isinstance(line, str) and _LINE.fullmatch(line)}


def _write(path: Path, known: dict[str, str]) -> None:
    """Write atomically; if that fails, the files are read again another time."""
    with suppress(OSError), atomic_private_path(path) as part:
        part.write_text(json.dumps(known, indent=1, sort_keys=True), encoding="utf-8")
