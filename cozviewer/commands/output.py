"""Where results go: folders are made, and the picture that all begins with is not overwritten."""

from pathlib import Path

from cozviewer.errors import BadInput


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, unless it is there.

    Raises:
        BadInput: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "there is a file of that name" if folder.exists() else error.strerror
        raise BadInput(
            f"The folder {folder} cannot be made ({reason}): choose another output."
        ) from error


def refuse_overwriting(image: Path, output: Path) -> None:
    """Raise BadInput if the output would take the place of the picture that it is made from."""
    if output.exists() and image.exists() and output.samefile(image):
        raise BadInput(f"{output} is the picture itself: choose another name for the output.")
