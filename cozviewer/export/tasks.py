"""What can be exported: each file as a frozen value that holds all that decides it.

The dialogs and the commands make tasks, `run.run_task` makes the files.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from cozviewer.chain.chain import Chain, Progress
from cozviewer.chain.series import Needs, needs_of
from cozviewer.export.background import (
    KEEP,
    Background,
    alpha_kind,
    channels_of,
    finished,
    finished_bands,
    keeps_alpha,
)
from cozviewer.export.caption import with_caution
from cozviewer.export.formats import QUALITY, FileOptions
from cozviewer.export.georeferenced import existing_side_files
from cozviewer.export.image import save_bands, save_image
from cozviewer.export.large import in_bands
from cozviewer.export.movies.camera_path import FrameSpec
from cozviewer.export.movies.frames import frames_of
from cozviewer.export.movies.movie import save_movie
from cozviewer.export.movies.movie_formats import Clip
from cozviewer.export.origin import Origin
from cozviewer.export.provenance import (
    origin_of_movie,
    origin_of_region,
    origin_of_strip,
    origin_of_view,
    view_borrows,
)
from cozviewer.export.scale_bar import bar_for, bar_of_view, scale_bar_bands, with_scale_bar
from cozviewer.export.signing import Signature
from cozviewer.export.stages import counting, sign, writing
from cozviewer.export.streaming import AllThere, OnProgress, Tiles
from cozviewer.export.strip import strip
from cozviewer.export.targets import replaced_by
from cozviewer.image.alpha.plane import OPAQUE
from cozviewer.image.georeference import Georeference
from cozviewer.image.pixels import Rgb8
from cozviewer.image.resolution import Resolution
from cozviewer.image.source import Source
from cozviewer.image.subject import Scale
from cozviewer.pyramid.camera import Camera, View
from cozviewer.pyramid.compose import band_parts, bands, best_region, compose, wanted_level
from cozviewer.pyramid.geometry import LevelRegion
from cozviewer.pyramid.georeference import reference_of_region, reference_of_view
from cozviewer.pyramid.orientation import UPRIGHT, Orientation
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.resolution import scaled_resolution
from cozviewer.pyramid.scale_bar import ScaleBar
from cozviewer.pyramid.transparency import (
    WHITE,
    AlphaOptions,
    alpha_bands,
    alpha_of_view,
    view_over,
)
from cozviewer.pyramid.wording import caption_text, caution_text
from cozviewer.util.cancel import IsCancelled, never


@dataclass(frozen=True)
class ImageOptions:
    """How a view or a region is saved.

    Attributes:
        complete: Whether missing tiles are generated first; else they are enlarged from coarser
            ones.
        exif: EXIF block of the photo to be copied into the file; None for none.
        label: Whether a label in a corner states that detail was generated.
        signature: What the file is signed with; None leaves it unsigned.
        quality: 1..100 for JPEG, WebP and AVIF.
        scale: Of the source, for a scale bar in a corner; None for no bar.
        background: The colour under transparent parts.
        place: Whether map coordinates of the photo are kept.
    """

    complete: bool = True
    exif: bytes | None = None
    label: bool = False
    signature: Signature | None = None
    quality: int = QUALITY
    scale: Scale | None = None
    background: Background = KEEP
    place: bool = True

    def of_file(
        self, resolution: Resolution | None, georeference: Georeference | None
    ) -> FileOptions:
        """Return how the pixels are written, which have this resolution and place on the earth."""
        return FileOptions(self.quality, self.exif, self.label, resolution, georeference)


@dataclass(frozen=True)
class ImageTask:
    """A view, composed as the window shows it.

    Attributes:
        path: The file to write; its suffix selects the format.
        view: Camera and size in pixels.
        options: How it is saved.
    """

    path: Path
    view: View
    options: ImageOptions = field(default_factory=ImageOptions)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the file in pixels."""
        return self.view.shown_size

    @property
    def magnification(self) -> float:
        """Pixels of the file per source pixel."""
        return self.view.camera.magnification

    def needs(self, pyramid: Pyramid) -> Needs:
        """See `Task`."""
        return needs_of(pyramid, [self.view]) if self.options.complete else {}

    def write(self, chain: Chain, is_cancelled: IsCancelled, on_progress: OnProgress) -> Origin:
        """See `Task`."""
        z = wanted_level(self.view, chain.pyramid.source.coarsest)
        on_progress(Progress(writing(self.path), z, 0, 0, None))
        options, source = self.options, chain.pyramid.source
        pixels = compose(chain.pyramid, self.view, complete=options.complete)
        origin = origin_of_view(chain, self.view, is_cancelled)
        kept = keeps_alpha(self.path, options.background)
        around = AlphaOptions(outside=0 if kept else OPAQUE)
        alpha = alpha_of_view(source, self.view, around)
        own = origin.kind == "source"
        origin = replace(origin, alpha=alpha_kind(source, self.path, options.background, own))
        pixels = finished(pixels, alpha, self.path, options.background)
        if options.scale and (bar := bar_of_view(options.scale, self.view)) is not None:
            pixels, origin = with_scale_bar(pixels, bar), replace(origin, scale_bar=bar.label)
        georeference = source.georeference if options.place else None
        if georeference is not None:
            georeference = reference_of_view(georeference, self.view)
        file = options.of_file(scaled_resolution(source, self.view), georeference)
        save_image(self.path, pixels, origin, file, cancelled=is_cancelled)
        sign(self.path, options.signature, origin, chain, is_cancelled, on_progress)
        return origin


@dataclass(frozen=True)
class RegionTask:
    """A region of one level, or the whole level, pixel for pixel; of any size.

    Attributes:
        path: The file to write; its suffix selects the format.
        region: Of a level of the source or a step level, inside the photo.
        options: How it is saved.
        orientation: How it is turned in the file.
    """

    path: Path
    region: LevelRegion
    options: ImageOptions = field(default_factory=ImageOptions)
    orientation: Orientation = UPRIGHT

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the file in pixels."""
        return self.orientation.size(self.region.rect.width, self.region.rect.height)

    @property
    def magnification(self) -> float:
        """Pixels of the file per source pixel."""
        return 2.0**self.region.z

    def needs(self, pyramid: Pyramid) -> Needs:
        """See `Task`."""
        wanted = self.options.complete and self.region.z > 0 and not self.region.empty
        return {self.region.z: [self.region.rect]} if wanted else {}

    @property
    def in_bands(self) -> bool:
        """See `BandTask`."""
        return in_bands(self.path, *self.size)

    def write(self, chain: Chain, is_cancelled: IsCancelled, on_progress: OnProgress) -> Origin:
        """See `Task`."""
        return self.write_bands(chain, AllThere(), is_cancelled, on_progress)

    def write_bands(
        self, chain: Chain, tiles: Tiles, is_cancelled: IsCancelled, on_progress: OnProgress
    ) -> Origin:
        """See `BandTask`."""
        stage, z = writing(self.path), self.region.z
        on_progress(Progress(stage, z, 0, 0, None))
        options, source = self.options, chain.pyramid.source
        bar = None
        if options.scale is not None:
            sideways = self.orientation.sideways
            bar = bar_for(options.scale, self.magnification, *self.size, sideways)

        @cache
        def origin() -> Origin:
            tiles.wait_for_all()
            found = origin_of_region(chain, self.region, is_cancelled)
            alpha = alpha_kind(source, self.path, options.background, z == 0)
            return replace(found, alpha=alpha, scale_bar="" if bar is None else bar.label)

        file = options.of_file(*self._place(source))
        if self.in_bands:
            on_written = counting(on_progress, stage, z, "rows")
            save_bands(
                self.path,
                self.size,
                self._parts(chain.pyramid, tiles, bar, on_written),
                origin,
                file,
                channels=channels_of(source, self.path, options.background),
                cancelled=is_cancelled,
            )
        else:
            pixels = self._whole(chain.pyramid, bar)
            save_image(self.path, pixels, origin(), file, cancelled=is_cancelled)
        sign(self.path, options.signature, origin(), chain, is_cancelled, on_progress)
        return origin()

    def _whole(self, pyramid: Pyramid, bar: ScaleBar | None) -> Rgb8:
        """Return the pixels of the file, read at once: damaged tiles are all noticed together."""
        turn, alpha = self.orientation, pyramid.source.alpha
        pixels = turn.turned(best_region(pyramid, self.region, self.options.complete))
        plane = None if alpha is None else turn.turned(alpha.region(*self.region))
        pixels = finished(pixels, plane, self.path, self.options.background)
        return pixels if bar is None else with_scale_bar(pixels, bar)

    def _parts(
        self,
        pyramid: Pyramid,
        tiles: Tiles,
        bar: ScaleBar | None,
        on_written: Callable[[int, int], None],
    ) -> Iterator[Rgb8]:
        """Yield the pixels of the file in bands, and report how many have been used."""
        region, turn, alpha = self.region, self.orientation, pyramid.source.alpha
        alphas = None if alpha is None else alpha_bands(alpha, region, turn)
        read = bands(pyramid, region, self.options.complete, turn, tiles.wait)
        parts = finished_bands(read, alphas, self.path, self.options.background)
        if bar is not None:
            parts = scale_bar_bands(parts, bar, *self.size)
        most = len(band_parts(region.rect, turn))
        for count, part in enumerate(parts, 1):
            yield part
            on_written(count, most)

    def _place(self, source: Source) -> tuple[Resolution | None, Georeference | None]:
        """Return the resolution of the pixels, and where they lie on the earth."""
        resolution, georeference = source.resolution, source.georeference
        if resolution is not None:
            resolution = resolution.scaled(self.magnification)
            resolution = resolution.turned if self.orientation.sideways else resolution
        if georeference is None or not self.options.place:
            return resolution, None
        return resolution, reference_of_region(georeference, self.region, self.orientation)


def replaced_by_task(
    path: Path, task: ImageTask | RegionTask, place: bool, source: Source
) -> list[Path]:
    """Return what exists and would be replaced by an image: the file, and files beside it.

    Args:
        path: The file to write.
        task: The image.
        place: As in `ImageOptions`.
        source: The photo.
    """
    reference = source.georeference if place else None
    return [*replaced_by(path), *existing_side_files(path, reference, task.size)]


@dataclass(frozen=True)
class StripTask:
    """A zoom strip: views along one zoom beside each other; see `export.strip`.

    Attributes:
        path: The file to write; its suffix selects the format.
        views: Square, of one size, each 4x closer than the one before.
        scale: Of the source, for a scale bar in each image; None for no bars.
        background: The colour under transparent parts; transparency is not kept.
    """

    path: Path
    views: tuple[View, ...]
    scale: Scale | None = None
    background: Background = WHITE

    def needs(self, pyramid: Pyramid) -> Needs:
        """See `Task`."""
        return needs_of(pyramid, self.views)

    def write(self, chain: Chain, is_cancelled: IsCancelled, on_progress: OnProgress) -> Origin:
        """See `Task`."""
        pyramid = chain.pyramid
        on_progress(Progress(writing(self.path), 0, 0, 0, None))
        source, colour = pyramid.source, self.background or WHITE
        images = [
            view_over(source, view, compose(pyramid, view, complete=True), colour)
            for view in self.views
        ]
        origin = origin_of_strip(chain, self.views, is_cancelled)
        for index, view in enumerate(self.views):
            if self.scale is not None and (bar := bar_of_view(self.scale, view)) is not None:
                images[index] = with_scale_bar(images[index], bar)
                origin = replace(origin, scale_bar=bar.label)
        name, engine = pyramid.source.name, chain.upscaler.name
        pixels = strip(name, engine, self.views, images, origin.borrowed, medical=origin.medical)
        save_image(self.path, pixels, origin, cancelled=is_cancelled)
        return origin


@dataclass(frozen=True, eq=False)
class ComparisonTask:
    """A comparison as it was on the screen when the export dialog was opened.

    Attributes:
        path: The file to write; its suffix selects the format.
        pixels: (H, W, 3) uint8, labels included.
        origin: What these pixels show, but for `borrowed`; see `origin_of_comparison`.
        borrowed: Returns whether they contain borrowed texture; see `comparison_borrows`.
        bar: A scale bar of the view, and how many pixels it is above the lower edge's corner; None
            for no bar.
    """

    path: Path
    pixels: Rgb8
    origin: Origin
    borrowed: Callable[[], bool] = never
    bar: tuple[ScaleBar, int] | None = None

    def needs(self, pyramid: Pyramid) -> Needs:
        """See `Task`; nothing, as the pixels are there."""
        return {}

    def write(self, chain: Chain, is_cancelled: IsCancelled, on_progress: OnProgress) -> Origin:
        """See `Task`."""
        on_progress(Progress(writing(self.path), 0, 0, 0, None))
        origin, pixels = replace(self.origin, borrowed=self.borrowed()), self.pixels
        if self.bar is not None:
            pixels = with_scale_bar(pixels, *self.bar)
            origin = replace(origin, scale_bar=self.bar[0].label)
        if origin.medical:
            pixels = with_caution(pixels)
        save_image(self.path, pixels, origin, cancelled=is_cancelled)
        return origin


@dataclass(frozen=True)
class MovieTask:
    """A zoom movie.

    Attributes:
        path: The file to write.
        clip: Format, size and length.
        frames: Its frames, as many as `clip` counts; see `frame_specs`.
        caption: Whether each frame shows the magnification and what made the detail.
        scale: Of the source, for a scale bar in each frame; None for no bars.
        background: The colour under transparent parts; transparency is not kept.
    """

    path: Path
    clip: Clip
    frames: tuple[FrameSpec, ...]
    caption: bool = False
    scale: Scale | None = None
    background: Background = WHITE

    def needs(self, pyramid: Pyramid) -> Needs:
        """See `Task`."""
        return needs_of(pyramid, self._views)

    def write(self, chain: Chain, is_cancelled: IsCancelled, on_progress: OnProgress) -> Origin:
        """See `Task`."""
        upscaler = chain.upscaler
        origin = origin_of_movie(chain, self._views, is_cancelled)

        def caption(camera: Camera) -> str:
            borrowed = view_borrows(chain, replace(self.frames[-1].view, camera=camera))
            text = caption_text(camera, upscaler.name, upscaler.generative, borrowed)
            return f"{caution_text()} · {text}" if origin.medical else text

        if self.scale is not None:
            closest = max(self._views, key=lambda view: view.camera.log2)
            bar = bar_of_view(self.scale, closest)
            origin = replace(origin, scale_bar="" if bar is None else bar.label)
        save_movie(
            self.path,
            self.clip,
            frames_of(
                chain.pyramid,
                self.frames,
                caption if self.caption else None,
                self.scale,
                self.background or WHITE,
            ),
            origin,
            cancelled=is_cancelled,
            on_written=counting(on_progress, writing(self.path), origin.level, "frames"),
        )
        return origin

    @property
    def _views(self) -> Sequence[View]:
        return [frame.view for frame in self.frames]
