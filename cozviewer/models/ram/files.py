"""The files of the image tagger RAM: finds them, and reads the list of tags.

RAM is by Zhang et al., "Recognize Anything", arXiv 2306.03514; DAPE, which makes it recognise
degraded images, by Wu et al., "SeeSR", arXiv 2311.16518. Both are under Apache-2.0, and so is the
list of tags, which is read from the user's copy.
"""

from dataclasses import dataclass
from pathlib import Path

from cozviewer.config.choice import PrompterChoice
from cozviewer.models.download.digests import files_digest
from cozviewer.models.network import first_line
from cozviewer.util.errors import BadInput
from cozviewer.util.paths import existing_file, expanded
from cozviewer.util.translation import translate

RAM_PAGE = "https://huggingface.co/spaces/xinyu1205/recognize-anything"
COZ_PAGE = "https://github.com/bryanswkim/Chain-of-Zoom"

RAM_FILE = "ram_swin_large_14m.pth"
DAPE_FILE = "DAPE.pth"
TAGS_FILE, THRESHOLDS_FILE = "ram_tag_list.txt", "ram_tag_list_threshold.txt"

FOLDER_NAME = "tags"
"""Name of the folder in the folder of models where the files are found automatically."""

LARGEST_LIST = 1 << 20
"""Maximum number of bytes of a list of tags; the published one has 42 KB."""


@dataclass(frozen=True, slots=True)
class RamFiles:
    """The files of the tagger.

    Attributes:
        ram: The checkpoint of RAM.
        dape: The LoRA of DAPE; None uses RAM as it is.
        tags: The list of tags, one in a line.
        thresholds: The thresholds of the tags, one in a line.
    """

    ram: Path
    dape: Path | None
    tags: Path
    thresholds: Path

    def digests(self, cache_dir: Path | None) -> dict[str, str]:
        """Return the digests of all files, by the names of the attributes; "" without DAPE.

        Raises:
            BadInput: A file cannot be read.
        """
        return {
            name: "" if path is None else files_digest(path.parent, [path], cache_dir)
            for name, path in (
                ("ram", self.ram),
                ("dape", self.dape),
                ("tags", self.tags),
                ("thresholds", self.thresholds),
            )
        }


@dataclass(frozen=True, slots=True)
class Tags:
    """The vocabulary of the network.

    Attributes:
        names: The tags in the order of the network.
        thresholds: The probability from which a tag is given, 0..1, for each of them.
    """

    names: tuple[str, ...]
    thresholds: tuple[float, ...]


def tags_folder(models_folder: Path) -> Path:
    """Return the folder in which the files are found automatically."""
    return models_folder / FOLDER_NAME


def ram_files(choice: PrompterChoice, models_folder: Path | None) -> RamFiles:
    """Return the files of a choice; the others are searched in the folder of models.

    The list of tags is also searched beside the checkpoint, and the thresholds beside the list.

    Raises:
        BadInput: A file is missing.
    """
    folder = None if models_folder is None else tags_folder(models_folder)
    ram = _file(choice.ram, folder, RAM_FILE)
    if ram is None:
        raise missing(RAM_FILE, RAM_PAGE)
    dape = _file(choice.dape, folder, DAPE_FILE)
    tags = _file(choice.ram_tags, ram.parent, TAGS_FILE) or _file(None, folder, TAGS_FILE)
    if tags is None:
        raise missing(TAGS_FILE, f"{COZ_PAGE} (ram/data)")
    thresholds = tags.with_name(f"{tags.stem}_threshold.txt")
    if not thresholds.is_file():
        raise missing(thresholds.name, f"{COZ_PAGE} (ram/data)")
    return RamFiles(ram, dape, tags, thresholds)


def missing_parts(choice: PrompterChoice, models_folder: Path | None) -> tuple[str, ...]:
    """Return which files of a choice are missing: some of "ram", "dape" and "ram_tags". Without
    DAPE, RAM is used as it is, so that it is only missing where a file is named."""
    folder = None if models_folder is None else tags_folder(models_folder)
    found: list[str] = []
    for name, path in (("ram", choice.ram), ("dape", choice.dape), ("ram_tags", choice.ram_tags)):
        if path is not None and not expanded(path).is_file():
            found.append(name)
    if choice.ram is None and _file(None, folder, RAM_FILE) is None:
        found.append("ram")
    if not found:
        try:
            ram_files(choice, models_folder)
        except BadInput:
            found.append("ram_tags")
    return tuple(found)


def read_tags(files: RamFiles) -> Tags:
    """Return the list of tags with their thresholds.

    Raises:
        BadInput: A file cannot be read, or the two do not fit each other.
    """
    names = tuple(_lines(files.tags))
    try:
        thresholds = tuple(float(line) for line in _lines(files.thresholds))
    except ValueError as error:
        raise _broken(files.thresholds, first_line(error)) from error
    if not names or len(names) != len(thresholds):
        reason = translate("Error", "{tags} tags, {thresholds} thresholds").format(
            tags=len(names), thresholds=len(thresholds)
        )
        raise _broken(files.thresholds, reason)
    if not all(0 <= value <= 1 for value in thresholds):
        raise _broken(files.thresholds, translate("Error", "a threshold is not from 0 to 1"))
    return Tags(names, thresholds)


def missing(name: str, page: str) -> BadInput:
    """Return the error for a file that is not on this computer."""
    return BadInput(
        translate(
            "Error",
            "The prompter tags needs the file {name}: get it from {page} and choose it, or put it "
            "into the folder {folder} of the models.",
        ).format(name=name, page=page, folder=FOLDER_NAME)
    )


def _file(named: Path | None, folder: Path | None, name: str) -> Path | None:
    """Return a chosen file, else the file of that name in the folder, or None.

    Raises:
        BadInput: The chosen file does not exist.
    """
    if named is not None:
        return existing_file(expanded(named))
    own = None if folder is None else folder / name
    return own if own is not None and own.is_file() else None


def _lines(path: Path) -> list[str]:
    """Return the lines of a short text file, without those that are empty at its end."""
    try:
        if path.stat().st_size > LARGEST_LIST:
            raise _broken(path, translate("Error", "it is too large"))
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise _broken(path, translate("Error", "it is not a text file")) from error
    except OSError as error:
        raise _broken(path, error.strerror or first_line(error)) from error
    while lines and not lines[-1].strip():
        lines.pop()
    return [line.strip() for line in lines]


def _broken(path: Path, reason: str) -> BadInput:
    return BadInput(
        translate("Error", "The list {path} cannot be used ({reason}): get it again.").format(
            path=path, reason=reason
        )
    )
