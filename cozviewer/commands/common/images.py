"""The images of a folder, and a unique name for each."""

from collections import Counter
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from cozviewer.chain.protocols import Notice
from cozviewer.image.reading import opened
from cozviewer.util.errors import BadInput


def images_in(path: Path, notice: Notice) -> tuple[list[Path], list[Path]]:
    """Return the images at a path, and the files that are not images.

    Args:
        path: An image file, which is not checked, or a folder. In a folder, the headers of all
            files are read in order of their names, except those of hidden files and subfolders.
        notice: Receives a message about each file that is not an image.

    Raises:
        BadInput: The folder cannot be read or has no image.
    """
    if not path.is_dir():
        return [path], []
    try:
        files = sorted(file for file in path.iterdir() if file.is_file())
    except OSError as error:
        raise BadInput(f"The folder {path} cannot be read ({error.strerror}).") from error
    images, others = [], []
    for file in files:
        if file.name.startswith("."):
            continue
        try:
            with opened(file):
                images.append(file)
        except BadInput as error:
            notice(f"Skipped: {error}")
            others.append(file)
    if not images:
        raise BadInput(f"The folder {path} has no image that can be opened. Choose another folder.")
    return images, others


def unique_names(paths: Sequence[Path]) -> list[str]:
    """Return a name for each path: its stem, or "photo-jpg" if several have the same stem.

    Names are unique, also on file systems that ignore case.
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
