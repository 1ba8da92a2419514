"""Every file that is no good image gets one sentence that names it."""

import errno
import io
import os
from pathlib import Path

import pytest
from PIL import Image

from cozviewer.image.reading import opened, shown_name
from cozviewer.util.errors import BadInput, Cancelled, CozviewerError, Failure
from tests.pyramid.images import EVERY_FORMAT, encoded, noise, png, smooth


def complaint(path: Path) -> str:
    """Return the sentence about a bad file."""
    with pytest.raises(BadInput) as caught, opened(path) as (_, image):
        image.load()
    sentence = str(caught.value)
    assert path.name in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


@pytest.mark.parametrize("kind", EVERY_FORMAT)
def test_each_format_is_told_by_its_content_not_its_name(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "picture.xyz"
    path.write_bytes(encoded(smooth(40, 30), kind))
    with opened(path) as (found, image):
        assert found == kind
        assert image.size == (40, 30)


def test_a_missing_file(tmp_path: Path) -> None:
    assert "does not exist" in complaint(tmp_path / "gone.jpg")


def test_a_file_as_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "does not exist" in complaint(tmp_path / "file" / "photo.jpg")


def test_a_folder(tmp_path: Path) -> None:
    assert "is a folder" in complaint(tmp_path)


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "nothing.png").touch()
    assert "is empty" in complaint(tmp_path / "nothing.png")


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert "pipe" in complaint(tmp_path / "pipe.png")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.png"
    path.write_bytes(encoded(noise(4, 4), "PNG"))

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("io.FileIO", refuse)  # root reads every file
    assert "no permission" in complaint(path)


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    assert "cannot be opened" in complaint(tmp_path / ("x" * 300 + ".png"))
    with pytest.raises(BadInput, match="cannot be opened"), opened(Path("nul\0.png")):
        pass


def test_text_is_no_image(tmp_path: Path) -> None:
    path = tmp_path / "letter.jpg"
    path.write_text("Dear reader, this is no image at all.")
    assert "not an image" in complaint(path)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"8BPS\0\x01", "Photoshop"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_a_known_but_unreadable_format_is_called_by_its_name(
    tmp_path: Path, head: bytes, kind: str
) -> None:
    path = tmp_path / "picture"
    path.write_bytes(head + bytes(100))
    assert kind in complaint(path)


def test_what_would_start_a_program_is_not_tried(tmp_path: Path) -> None:
    """Pillow itself opens EPS, by way of Ghostscript."""
    path = tmp_path / "page.eps"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n")
    Image.open(path).close()
    assert "not an image" in complaint(path)


@pytest.mark.parametrize("kind", [kind for kind in EVERY_FORMAT if kind != "JPEG"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.7, 0.97])
def test_half_an_image_is_none(tmp_path: Path, kind: str, part: float) -> None:
    whole = encoded(noise(90, 60), kind)
    path = tmp_path / "half.img"
    path.write_bytes(whole[: int(part * len(whole))])
    complaint(path)


@pytest.mark.parametrize("part", [0.02, 0.1])
def test_a_jpeg_that_ends_in_its_header_is_none(tmp_path: Path, part: float) -> None:
    whole = encoded(noise(90, 60), "JPEG")
    path = tmp_path / "half.jpg"
    path.write_bytes(whole[: int(part * len(whole))])
    complaint(path)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_deflate", "jpeg"])
def test_half_a_tiff_is_none(tmp_path: Path, compression: str) -> None:
    whole = encoded(noise(90, 60), "TIFF", compression=compression)
    path = tmp_path / "half.tif"
    path.write_bytes(whole[: len(whole) // 2])
    complaint(path)


@pytest.mark.parametrize("size", [(0, 5), (5, 0)])
def test_an_image_without_pixels(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "zero.png"
    path.write_bytes(png(noise(*size), 8, 2))
    complaint(path)


def test_a_damaged_image(tmp_path: Path) -> None:
    content = bytearray(encoded(noise(90, 60), "PNG"))
    content[len(content) // 2] ^= 0xFF
    path = tmp_path / "damaged.png"
    path.write_bytes(content)
    assert "damaged" in complaint(path)


def test_a_file_that_vanishes_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "stick.jpg"
    path.write_bytes(encoded(noise(300, 200), "JPEG", quality=100))

    def pull_out() -> bool:
        if path.exists():
            path.write_bytes(b"\xff\xd8\xff\xe0")
            path.unlink()
        return False

    with (
        pytest.raises(BadInput, match=r"stick\.jpg vanished"),
        opened(path, pull_out) as (_, image),
    ):
        image.load()


def test_a_disk_that_fails(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(encoded(noise(9, 9), "PNG"))
    with pytest.raises(BadInput, match=r"photo\.png could not be read to its end"), opened(path):
        raise OSError(errno.EIO, "Input/output error")


def test_a_disk_that_fails_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(encoded(noise(9, 9), "PNG"))

    class Failing(io.FileIO):
        def readinto(self, _: object) -> int:
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("io.FileIO", Failing)
    assert "could not be read to its end" in complaint(path)


def test_memory_that_runs_out_is_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(encoded(noise(9, 9), "PNG"))
    with pytest.raises(Failure, match=r"not enough memory to open photo\.png"), opened(path):
        raise MemoryError


def test_a_sentence_of_our_own_passes_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(encoded(noise(9, 9), "PNG"))
    with pytest.raises(CozviewerError, match=r"^as it is$"), opened(path):
        raise CozviewerError("as it is")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP"])
def test_decoding_stops_in_the_middle(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "long.img"
    path.write_bytes(encoded(noise(900, 600), kind))

    def questions(yes_at: int) -> int:
        """Return how often it is asked if the answer is yes at last."""
        asked = 0

        def cancelled() -> bool:
            nonlocal asked
            asked += 1
            return asked == yes_at

        with opened(path, cancelled) as (_, image):
            header = asked
            image.load()
        return asked - header

    assert questions(yes_at=0) > 3
    with pytest.raises(Cancelled):
        questions(yes_at=questions(yes_at=0))


def test_a_stopped_jpeg_2000_is_not_called_damaged(tmp_path: Path) -> None:
    """Its decoder hides the exception of a read behind one of its own."""
    path = tmp_path / "photo.jp2"
    path.write_bytes(encoded(noise(300, 200), "JPEG2000"))
    stopped = False

    def stop_while_decoding() -> None:
        nonlocal stopped
        with opened(path, lambda: stopped) as (_, image):
            stopped = True
            image.load()

    with pytest.raises(Cancelled, match="was stopped"):
        stop_while_decoding()


def test_pillows_warnings_stay_inside(tmp_path: Path) -> None:
    """Here a warning would be an exception: the file is good but for one odd tag."""
    path = tmp_path / "odd.tif"
    path.write_bytes(_with_broken_tag(encoded(noise(9, 9), "TIFF")))
    with pytest.warns(UserWarning, match="Skipping tag|Truncated"):
        Image.open(path).close()
    with opened(path) as (_, image):
        image.load()


def _with_broken_tag(content: bytes) -> bytes:
    """Return a TIFF of which one more tag points behind its end."""
    start = int.from_bytes(content[4:8], "little")
    count = int.from_bytes(content[start : start + 2], "little")
    entries = content[start + 2 : start + 2 + 12 * count]
    broken = (0xFDE8).to_bytes(2, "little") + b"\x02\x00" + (999).to_bytes(4, "little")
    broken += (len(content) + 500).to_bytes(4, "little")
    directory = (count + 1).to_bytes(2, "little") + entries + broken + bytes(4)
    return content[:4] + len(content).to_bytes(4, "little") + content[8:] + directory


def test_a_name_that_is_no_utf8_can_be_printed() -> None:
    name = shown_name(Path(os.fsdecode(b"caf\xe9.jpg")))
    assert name.encode("utf-8").decode("utf-8") == "caf\N{REPLACEMENT CHARACTER}.jpg"
