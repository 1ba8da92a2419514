"""Tones of images that are read region by region: maps, and large TIFF."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from cozviewer.image.rect import Rect
from cozviewer.image.source import open_source
from cozviewer.image.tiled.opening import open_regions
from cozviewer.image.tiled.protocol import RegionRequest
from cozviewer.image.tiled.tiff_pixels import TiffPixels
from cozviewer.image.tone import tone_of
from cozviewer.image.toning.shown import counts_of, presets_of, samples_of, shown
from cozviewer.util.errors import BadInput
from tests.image.regions.region_files import geotiff
from tests.image.toning.test_pixels import close, grey, levels, part
from tests.pyramid.images import noise

HEIGHT, WIDTH = 120, 160
BANDS = np.stack(
    [noise(WIDTH, HEIGHT)[..., band % 3].astype(np.uint16) * (90 + 40 * band) for band in range(5)]
)


@pytest.fixture
def satellite(tmp_path: Path) -> Path:
    """A map of five bands of 16 bits."""
    return geotiff(tmp_path / "map.tif", BANDS, photometric="MINISBLACK")


def pixels(path: Path, tone: str = "") -> NDArray[Any]:
    source = open_source(path, tone=tone_of(tone))
    return source.pixels(0, Rect(0, 0, WIDTH, HEIGHT))


def test_bands_of_a_map_by_one_window(satellite: Path) -> None:
    found = pixels(satellite, "window=2000:30000,bands=4:3:2,stretch=sqrt")
    t = part(BANDS[[3, 2, 1]].transpose(1, 2, 0), 2000, 30000) ** 0.5
    assert close(found, levels(t))
    found = pixels(satellite, "window=2000:30000,bands=5,inverted")
    assert close(found, grey(levels(1 - part(BANDS[4], 2000, 30000))))


def test_without_a_window_each_band_has_its_own(satellite: Path) -> None:
    ends = [np.percentile(band, (2, 98)) for band in BANDS]
    found = pixels(satellite, "gamma=2,bands=5:1:2")
    planes = [part(BANDS[band], *ends[band]) ** 0.5 for band in (4, 0, 1)]
    assert close(found, levels(np.dstack(planes)))
    assert np.array_equal(pixels(satellite, "bands=1:2:3"), pixels(satellite))


@pytest.mark.parametrize("tone", ["", "window=2000:30000,bands=4:3:2", "gamma=2,bands=5"])
def test_the_preview_of_a_map_is_the_map(satellite: Path, tone: str) -> None:
    samples = samples_of(satellite, None, 1 << 20)
    found = shown(samples, tone_of(tone)).astype(int)
    assert np.abs(found - pixels(satellite, tone)).max() <= 1
    keys = [preset.key for preset in presets_of(samples)]
    assert keys == ["full", "percentile", "true", "false"]
    assert samples_of(satellite, None, 1000).values.size <= 5 * 1000


def large_tiff(path: Path, *, reduced: bool = True, **options: object) -> Path:
    """Write 16 bits of 1600 x 1200 pixels that stay in their file."""
    y, x = np.mgrid[:1200, :1600]
    values = (300 + 2 * x + y).astype(np.uint16)
    with tifffile.TiffWriter(path) as file:
        file.write(values, **{"tile": (64, 64), "subifds": 1 if reduced else 0, **options})  # type: ignore[arg-type]
        if reduced:
            file.write(values[::8, ::8], subfiletype=1, tile=(64, 64))
    return path


def few_in_memory(monkeypatch: pytest.MonkeyPatch, samples: int | None = None) -> list[Rect]:
    """Let small files stay where they are, and return what is read of them; tones follow from as
    many samples of them at most."""
    read, of_pixels = list[Rect](), TiffPixels.samples

    def noted(self: TiffPixels, region: Rect) -> NDArray[Any]:
        read.append(region)
        return of_pixels(self, region)

    monkeypatch.setattr(TiffPixels, "samples", noted)
    if samples is not None:
        monkeypatch.setattr("cozviewer.image.tiled.tiff.MOST_SAMPLES", samples)
    for module in ("source", "toning.shown"):
        monkeypatch.setattr(
            f"cozviewer.image.{module}.open_regions",
            lambda request: open_regions(replace(request, large=100, huge=100)),
        )
    return read


def test_the_numbers_of_a_large_tiff_are_those_of_its_smaller_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = large_tiff(tmp_path / "large.tif", extratags=[(274, 3, 1, 6, True)])
    few_in_memory(monkeypatch, 200_000)
    samples = samples_of(path, None, 1 << 19)
    assert samples.extent == "overview"
    assert samples.values.shape == (200, 150, 1)  # upright
    assert samples.values[0, -1, 0] == 300
    assert samples.values[-1, 0, 0] == 300 + 2 * 1592 + 1192
    assert samples.offered.extremes == (300.0, 300.0 + 2 * 1592 + 1192)
    assert shown(samples, tone_of("window=300:4000")).shape == (200, 150, 3)


@pytest.mark.parametrize("options", [{}, {"tile": None, "rowsperstrip": 9, "compression": "zlib"}])
def test_the_numbers_of_a_large_tiff_without_one_are_those_of_some_squares(
    options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = large_tiff(tmp_path / "large.tif", reduced=False, **options)
    read = few_in_memory(monkeypatch, 300_000)
    monkeypatch.setattr("cozviewer.image.tiled.tiff._MOST_SAMPLES", 100_000)
    samples = samples_of(path, None, 1000)
    assert samples.extent == "squares"
    assert samples.values.shape == (1, 64 * 64 * 64, 1)
    assert max(region.area for region in read) == 64 * 64
    counts = counts_of(samples, (1,), (300.0, 4700.0))
    assert counts.sum() == 64**3


def test_a_map_records_its_tone(satellite: Path) -> None:
    source = open_source(satellite, tone=tone_of("gamma=2"))
    assert source.tone.text == "gamma=2"
    assert source.offered is not None
    assert source.offered.bands == ("",) * 5
    with pytest.raises(BadInput, match="has no band 6"):
        open_source(satellite, tone=tone_of("bands=6"))


def test_a_map_of_8_bits_takes_none(tmp_path: Path) -> None:
    colours = noise(WIDTH, HEIGHT).transpose(2, 0, 1)
    path = geotiff(tmp_path / "a.tif", colours, photometric="RGB")
    with pytest.raises(BadInput, match="takes no tone"):
        open_source(path, tone=tone_of("gamma=2"))


def test_a_large_tiff_that_stays_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "large.tif"
    values = np.moveaxis(BANDS, 0, -1)
    options: dict[str, Any] = {"photometric": "minisblack", "planarconfig": "contig"}
    tifffile.imwrite(path, values, tile=(64, 64), **options)
    tone = tone_of("window=2000:30000,bands=4:3:2")
    reader = open_regions(RegionRequest(path, "TIFF", path.name, large=100, huge=100, tone=tone))
    assert reader is not None
    try:
        found = reader.read(0, Rect(10, 20, 90, 70))
        expected = levels(part(values[20:90, 10:100, [3, 2, 1]], 2000, 30000))
        assert close(found, expected)
        assert reader.facts.offered is not None
        assert len(reader.facts.offered.bands) == 5
    finally:
        reader.close()
