"""Which pictures a folder holds, and a name of its own for each."""

from collections import Counter
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from cozviewer.chain.protocols import Notice
from cozviewer.image.reading import opened
from cozviewer.util.errors import BadInput


def pictures_in(path: Path, notice: Notice) -> tuple[list[Path], list[Path]]:
    """Return the pictures that are meant, and the files that are none.

    Args:
        path: A picture, which is taken without a look, or a folder. Of a folder the beginnings of
            all files are looked at, in order of their names; hidden ones and folders are not.
        notice: Receives a sentence about each file that is no picture.

    Raises:
        BadInput: The folder cannot be read or holds no picture.
    """
    if not path.is_dir():
        return [path], []
    try:
        files = sorted(file for file in path.iterdir() if file.is_file())
    except OSError as error:
        raise BadInput(f"The folder {path} cannot be read: {error.strerror}.") from error
    pictures, others = [], []
    for file in files:
        if file.name.startswith("."):
            continue
        try:
            with opened(file):
                pictures.append(file)
        except BadInput as error:
            notice(f"Left out: {error}")
            others.append(file)
    if not pictures:
        raise BadInput(f"The folder {path} holds no picture that can be opened: choose another.")
    return pictures, others


def unique_names(paths: Sequence[Path]) -> list[str]:
    """Return a name for each path: its stem, or "photo-jpg" where several have the same stem.

    No two are alike, even where upper and lower case are the same.
    """
    stems = Counter(path.stem.casefold() for path in paths)
    taken = {stem for stem, times in stems.items() if times == 1}
    names = []
    for path in paths:
        name = path.stem
        if stems[name.casefold()] > 1:
            name = wanted = f"{name}-{path.suffix[1:]}"
            for number in count(2):
                if name.casefold() not in taken:
                    break
                name = f"{wanted}-{number}"
            taken.add(name.casefold())
        names.append(name)
    return names
