"""Checks of file names and paths that come from files or from the user, before they are used.

Sessions, saved settings and the metadata of images name other files. Such names are untrusted, so
they are used only after `is_network_path` or `is_file_name`. A path from the user is tried with
`check_path`; after that, the file system raises only the errors that other code expects: the file
does not exist, or permission is denied.
"""

import errno
import os
from pathlib import Path

from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

LONGEST_NAME = 255
"""Bytes of a file name on ext4, APFS and most others; UTF-16 units on NTFS."""

_FORBIDDEN_ON_WINDOWS = '<>:"|?*'

_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
    + [f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"]
)
"""What Windows opens as a device whatever the ending ("Naming Files, Paths, and Namespaces")."""


def is_network_path(text: str) -> bool:
    r"""Return whether Windows could take `text` for a path on another machine.

    Even asking whether such a file exists makes Windows connect to that machine and log in there
    with the user's name. Windows takes "/" for "\", so both may be mixed: ``\\host\share``,
    ``//host/share``, ``/\host\share``. The device namespaces ``\\?\``, ``\\.\`` and ``\??\`` count
    as well, since they reach shares too (``\\?\UNC\host\share``). The answer is the same on every
    system.
    """
    return text.replace("/", "\\").startswith(("\\\\", "\\??\\"))


def is_file_name(text: str, *, windows: bool = os.name == "nt") -> bool:
    """Return whether `text` is a plain file name that stays in the folder it is put in.

    Not one: "", ".", "..", anything with a separator of any system or a NUL, and names that are
    too long or cannot be encoded.

    Args:
        text: The name, from anywhere.
        windows: Whether the names that Windows reserves (CON, NUL, ...), the characters that it
            forbids and a dot or space at the end are refused, too.
    """
    if text in ("", ".", "..") or any(character in text for character in "/\\\0"):
        return False
    try:
        units = len(text.encode("utf-16-le")) // 2 if windows else len(os.fsencode(text))
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    if units > LONGEST_NAME:
        return False
    if not windows:
        return True
    return not (
        any(ord(character) < 32 or character in _FORBIDDEN_ON_WINDOWS for character in text)
        or text.endswith((".", " "))
        or text.partition(".")[0].rstrip(" ").upper() in _DEVICES
    )


def existing_file(path: Path) -> Path:
    """Return the path of a file that must exist.

    Raises:
        BadInput: It does not, or as `check_path`.
    """
    check_path(path)
    if not path.is_file():
        raise BadInput(
            translate("Error", "The file {path} does not exist: check the path.").format(path=path)
        )
    return path


def check_path(path: Path) -> None:
    """Return if the file system can look for `path`, whether anything is there or not.

    Raises:
        BadInput: A name in it is too long or holds what no name can, it leads in a circle, or it
            starts from a current folder that was removed.
    """
    try:
        if not path.is_absolute():
            os.getcwd()
        os.stat(path)
    except ValueError as error:  # a NUL, or half a surrogate pair
        raise BadInput(
            translate("Error", "{path} is not the name of a file: check the path.").format(
                path=_short(path)
            )
        ) from error
    except FileNotFoundError as error:
        if error.filename is None:  # from getcwd
            raise BadInput(
                translate(
                    "Error",
                    "The current folder no longer exists, so {path} cannot be found: change "
                    "to another folder, or give the whole path.",
                ).format(path=_short(path))
            ) from error
    except OSError as error:
        if error.errno in (errno.ENAMETOOLONG, errno.EINVAL, errno.ELOOP):
            raise BadInput(
                translate("Error", "{path} cannot be used ({reason}): choose another name.").format(
                    path=_short(path), reason=error.strerror
                )
            ) from error


def expanded(path: Path | str) -> Path:
    """Return a path with "~" replaced by the home folder; unchanged where that is unknown
    (`Path.expanduser` would raise)."""
    return Path(os.path.expanduser(path))


def absolute(path: Path) -> Path:
    """Return an absolute path; unchanged where the current folder was removed (`Path.absolute`
    would raise)."""
    try:
        return path.absolute()
    except OSError:
        return path


def _short(path: Path) -> str:
    """Return a path for a sentence: of long ones the start, on one line."""
    text = os.fsencode(path).decode("utf-8", "replace") if "\0" not in str(path) else str(path)
    text = "".join(character if character.isprintable() else "?" for character in text)
    return text if len(text) <= 80 else f"{text[:79]}…"
