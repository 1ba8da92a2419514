"""Checks of file names and paths that come from files, before the file system sees them.

Sessions, saved choices and the metadata of pictures name other files. Such a name is written by
whoever made the file, so it is used only after one of these checks.
"""

import os

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
