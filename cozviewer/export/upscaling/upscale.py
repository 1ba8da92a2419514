"""Upscaling whole photos: 2x, 4x, 8x, ... of their size, saved beside them.

The window's queue and `cozviewer upscale` both call `upscale_photo`, so they make the same files.
A scale that is a power of 4 is a level of the pyramid, pixel for pixel; any other is reduced from
the next finer level.
"""

import os
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from pathlib import Path

from cozviewer.chain.chain import WITH_HALO, Chain, Progress, unreported
from cozviewer.chain.series import Needs
from cozviewer.export.background import (
    KEEP,
    Background,
    alpha_kind,
    channels_of,
    finished_bands,
)
from cozviewer.export.formats import FORMATS, QUALITY
from cozviewer.export.georeferenced import existing_side_files
from cozviewer.export.image import check_target, save_bands
from cozviewer.export.large import in_bands
from cozviewer.export.origin import Origin, read_origin
from cozviewer.export.provenance import origin_of_region
from cozviewer.export.run import Generator, Made, run_task
from cozviewer.export.stages import counting, sign, writing
from cozviewer.export.streaming import AllThere, OnProgress, Tiles
from cozviewer.export.targets import free_path, refuse_source
from cozviewer.export.tasks import ImageOptions
from cozviewer.export.upscaling.bands import alpha_of_bands, level_of, scaled_bands
from cozviewer.image.exif import without_place
from cozviewer.image.source import Source
from cozviewer.pyramid.geometry import STEP_LEVELS, TILE
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import BadInput, CozviewerError
from cozviewer.util.translation import listed, translate

SCALES = (2, 4, 8, 16)
"""The scales that the window offers."""

LARGEST_SCALE = 256

WRITABLE = ("JPEG", "PNG", "WebP", "AVIF", "TIFF")
"""The formats of upscaled photos, keys of FORMATS."""

_ALSO_JPEG = frozenset((".jpe", ".jfif", ".jif"))

_TRIES = 100
"""Number of attempts to find a free name, while other programs take the names found."""


@dataclass(frozen=True)
class UpscaleOptions:
    """How photos are upscaled and saved.

    Attributes:
        scale: Pixels of the result per pixel of the photo and axis, 2..LARGEST_SCALE.
        format: A key of FORMATS; "" is that of the photo, or PNG if it cannot be written.
        quality: 1..100 for JPEG, WebP and AVIF.
        folder: Where to save; None is beside the photo. It is created if it is missing.
        metadata: Whether the photo's EXIF block (date, camera, location) is copied.
        place: Whether the location is copied with it.
        label: Whether a label in a corner states that detail was generated.
        overwrite: Whether an existing file is replaced; else a free name is found, and a photo that
            was upscaled before in the same way is skipped.
        background: The colour under transparent parts.
        on_cluster: Whether the window's queue generates on the cluster of the preferences.
    """

    scale: int = 4
    format: str = ""
    quality: int = QUALITY
    folder: Path | None = None
    metadata: bool = True
    place: bool = True
    label: bool = False
    overwrite: bool = False
    background: Background = KEEP
    on_cluster: bool = False


@dataclass(frozen=True)
class UpscaleTask:
    """A whole photo at a scale.

    Attributes:
        path: The file to write; its suffix selects the format.
        scale: Pixels of the file per source pixel.
        source_size: Width and height of the photo.
        options: How it is saved.
        overwrite: Whether `path` may exist when it is written.
    """

    path: Path
    scale: int
    source_size: tuple[int, int]
    options: ImageOptions = field(default_factory=ImageOptions)
    overwrite: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the file in pixels."""
        width, height = self.source_size
        return width * self.scale, height * self.scale

    @property
    def z(self) -> int:
        """The level that is generated."""
        return level_of(self.scale)

    def needs(self, pyramid: Pyramid) -> Needs:
        """See `Task`."""
        return {self.z: [pyramid.level_rect(self.z)]}

    @property
    def in_bands(self) -> bool:
        """See `BandTask`."""
        return in_bands(self.path, *self.size)

    def write(self, chain: Chain, is_cancelled: IsCancelled, on_progress: OnProgress) -> Origin:
        """See `Task`; raises what `write_bands` raises."""
        return self.write_bands(chain, AllThere(), is_cancelled, on_progress)

    def write_bands(
        self, chain: Chain, tiles: Tiles, is_cancelled: IsCancelled, on_progress: OnProgress
    ) -> Origin:
        """See `BandTask`.

        Raises:
            NameTaken: The file was created after the task was made, and is not replaced.
        """
        if not self.overwrite and os.path.lexists(self.path):
            raise NameTaken(
                translate("Error", "{name} exists: choose another name.").format(
                    name=self.path.name
                )
            )
        stage, z, options = writing(self.path), self.z, self.options
        on_progress(Progress(stage, z, 0, 0, None))
        source, background = chain.pyramid.source, options.background

        @cache
        def origin() -> Origin:
            tiles.wait_for_all()
            found = origin_of_region(chain, chain.pyramid.whole_level(z), is_cancelled)
            alpha = alpha_kind(source, self.path, background, own_pixels=False)
            return replace(found, magnification=str(self.scale), alpha=alpha)

        on_written = counting(on_progress, stage, z, "rows")
        resolution, georeference = source.resolution, None
        if options.place and source.georeference is not None:
            smaller = 1 / self.scale
            to_source = (smaller, 0.0, 0.0, 0.0, smaller, 0.0)
            georeference = source.georeference.through(to_source)
        alphas = alpha_of_bands(source, self.scale)
        save_bands(
            self.path,
            self.size,
            finished_bands(
                scaled_bands(chain.pyramid, self.scale, on_written, tiles.wait),
                alphas,
                self.path,
                background,
            ),
            origin,
            options.of_file(
                None if resolution is None else resolution.scaled(self.scale), georeference
            ),
            channels=channels_of(source, self.path, background),
            cancelled=is_cancelled,
        )
        sign(self.path, options.signature, origin(), chain, is_cancelled, on_progress)
        return origin()


class NameTaken(BadInput):
    """Another program has saved a file under the name that was free."""


@dataclass(frozen=True)
class Upscaled:
    """What became of a photo.

    Attributes:
        path: Its upscaled version.
        size: Width and height of that in pixels.
        made: What was done for it; None if it was there already, upscaled from the same pixels with
            the same engine and settings.
    """

    path: Path
    size: tuple[int, int]
    made: Made | None


def upscale_photo(
    chain: Chain,
    options: UpscaleOptions,
    is_cancelled: IsCancelled = never,
    on_progress: OnProgress = unreported,
    session: Path | None = None,
    is_held: IsCancelled = never,
    generator: Generator | None = None,
) -> Upscaled:
    """Upscale the photo of a chain and save it, unless that was done before.

    Args:
        chain: Not used by other threads meanwhile.
        options: Scale, format and place.
        is_cancelled, on_progress: As for `run_task`, but the progress is that of the whole photo,
            where tiles existed before, too.
        session: The session file that the photo was opened through; never replaced.
        is_held, generator: As for `run_task`.

    Raises:
        BadInput: The photo cannot be saved as the options say, or is too large for that.
        Cancelled, Failure, TileMissing: As `run_task`; finished tiles are kept.
    """
    tiles = _tile_count(chain.pyramid, level_of(options.scale))

    def on_part(progress: Progress) -> None:
        on_progress(_of_whole(progress, tiles))

    for _ in range(_TRIES):
        task = upscale_task(chain, options, session)
        if not options.overwrite:
            done = done_before(chain, options, is_cancelled)
            if done is not None:
                return Upscaled(done, task.size, None)
        try:
            return Upscaled(
                task.path,
                task.size,
                run_task(task, chain, is_cancelled, on_part, is_held, generator),
            )
        except NameTaken as error:
            taken = error
    raise taken


def upscale_task(chain: Chain, options: UpscaleOptions, session: Path | None = None) -> UpscaleTask:
    """Return the task that upscales the photo of a chain, and create its folder.

    Raises:
        BadInput: A number is out of range, the folder cannot be created or written, the photo would
            be replaced, or the result does not fit into the format, the memory or the disk.
    """
    check_options(options)
    source = chain.pyramid.source
    path = target_of(source.path or Path(source.name), options)
    _make_folder(path.parent)
    place = options.metadata and options.place
    if not options.overwrite:
        reference = source.georeference if place else None
        size = source.width * options.scale, source.height * options.scale
        path = free_path(path, lambda path: existing_side_files(path, reference, size))
    task = UpscaleTask(
        path,
        options.scale,
        (source.width, source.height),
        ImageOptions(
            exif=_exif(source, options),
            label=options.label,
            quality=options.quality,
            background=options.background,
            place=place,
        ),
        options.overwrite,
    )
    refuse_source(path, source, session)
    check_target(path, *task.size)
    return task


def target_of(photo: Path, options: UpscaleOptions) -> Path:
    """Return the file that a photo is upscaled to, whether it exists or not: "NAME-4x.EXT"."""
    ending = photo.suffix.lower()
    own = "JPEG" if ending in _ALSO_JPEG else ""
    for name in WRITABLE:
        if ending in FORMATS[name].suffixes:
            own = name
    form = options.format or own or "PNG"
    suffix = photo.suffix if form == own and own else FORMATS[form].suffixes[0]
    if suffix.lower() in _ALSO_JPEG:
        suffix = FORMATS[form].suffixes[0]
    folder = photo.parent if options.folder is None else options.folder
    return folder / f"{photo.stem}-{options.scale}x{suffix}"


def check_options(options: UpscaleOptions) -> None:
    """Check scale, format and quality.

    Raises:
        BadInput: One is out of range.
    """
    if not 2 <= options.scale <= LARGEST_SCALE:
        raise BadInput(
            translate(
                "Error", "The scale is {scale}: choose a whole number from 2 to {largest}."
            ).format(scale=options.scale, largest=LARGEST_SCALE)
        )
    if options.format and options.format not in WRITABLE:
        raise BadInput(
            translate(
                "Error", "Photos cannot be upscaled to {format}: choose one of {known}."
            ).format(format=options.format, known=listed(WRITABLE))
        )
    if not 1 <= options.quality <= 100:
        raise BadInput(
            translate("Error", "The quality is {quality}: choose one from 1 to 100.").format(
                quality=options.quality
            )
        )


def done_before(
    chain: Chain, options: UpscaleOptions, is_cancelled: IsCancelled = never
) -> Path | None:
    """Return the file that the photo was upscaled to before; None if there is none.

    Its metadata states that it shows the same pixels at this scale with the same engine and
    settings. It is searched under the name that it would have now, numbered or not. Format options
    such as the quality are not compared.
    """
    source = chain.pyramid.source
    wanted = (source.digest, chain.recipe.digest, str(options.scale))
    path = target_of(source.path or Path(source.name), options)
    for number in count(1):
        named = path.with_name(f"{path.stem} ({number}){path.suffix}") if number > 1 else path
        if not named.is_file():
            return None
        try:
            origin = read_origin(named, is_cancelled)
        except CozviewerError:
            if is_cancelled():
                raise
            continue
        if origin is not None and wanted == (
            origin.source_digest,
            origin.recipe_digest,
            origin.magnification,
        ):
            return named
    raise AssertionError


def seconds_to_upscale(size: tuple[int, int], scale: int, seconds_per_pixel: float) -> float:
    """Return about how long it takes to generate a whole photo.

    Args:
        size: Width and height of the photo.
        scale: As in `UpscaleOptions`.
        seconds_per_pixel: `Chain.seconds_per_pixel`.
    """
    return work_of(size, scale) * WITH_HALO * seconds_per_pixel


def work_of(size: tuple[int, int], scale: int) -> int:
    """Return the number of parent pixels from which a whole photo is generated, over all levels."""
    levels = level_of(scale) // STEP_LEVELS
    return sum(size[0] * size[1] * 4 ** (STEP_LEVELS * step) for step in range(levels))


def _tile_count(pyramid: Pyramid, z: int) -> int:
    """Return the number of tiles of the whole photo on all generated levels up to z."""
    rects = (pyramid.level_rect(level) for level in range(STEP_LEVELS, z + 1, STEP_LEVELS))
    return sum(-(-rect.width // TILE) * -(-rect.height // TILE) for rect in rects)


def _of_whole(progress: Progress, tiles: int) -> Progress:
    """Return the progress on the tiles that were missing as one on all tiles of a photo."""
    missing = progress.total
    if progress.unit != "tiles" or not 0 < missing <= tiles:
        return progress
    fraction = progress.fraction
    if fraction is not None:
        fraction = 1 - (1 - fraction) * missing / tiles
    done = tiles - missing + progress.done
    return replace(progress, done=done, total=tiles, fraction=fraction)


def _exif(source: Source, options: UpscaleOptions) -> bytes | None:
    if not options.metadata:
        return None
    return source.exif if options.place else without_place(source.exif)


def _make_folder(folder: Path) -> None:
    """Create a folder and its parents.

    Raises:
        BadInput: It cannot be created.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            translate(
                "Error", "The folder {folder} cannot be created ({reason}): choose another one."
            ).format(folder=folder, reason=error.strerror)
        ) from error
