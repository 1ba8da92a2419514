"""Exports beside the work that they cannot do without: the bare engine, and composing alone."""

import time
from fractions import Fraction
from pathlib import Path

import numpy as np

from cozviewer.assembly import open_chain
from cozviewer.config.choice import EngineChoice
from cozviewer.export.movies.camera_path import frame_specs
from cozviewer.export.movies.frames import frames_of
from cozviewer.export.movies.movie import save_movie
from cozviewer.export.movies.movie_formats import MOVIE_FORMATS, Clip
from cozviewer.export.provenance import origin_of_movie
from cozviewer.export.run import run_task
from cozviewer.export.tasks import MovieTask, RegionTask
from cozviewer.image.pixels import to_float
from cozviewer.image.source import open_source, source_from_pixels
from cozviewer.pyramid.camera import View, camera_at, fit
from cozviewer.pyramid.compose import compose
from cozviewer.pyramid.geometry import LevelRegion, tiles_of
from cozviewer.session.source import OpenedImage
from cozviewer.util.cancel import never
from tests.benchmarks.desk import SAMPLE, show

SIZE = (1280, 720)


def test_export(tmp_path: Path) -> None:
    print("\n7. The whole of a picture of 256 x 256 at x4 as PNG")
    photo = open_source(SAMPLE).levels[0][200:456, 300:556]
    source = source_from_pixels(np.ascontiguousarray(photo), "part.png")
    chain = open_chain(OpenedImage(source), EngineChoice(), tmp_path, print)
    chain.load()
    whole = chain.pyramid.level_rect(2)
    # At the image's edges, too, a run is drawn with its halo all around.
    halo = chain.recipe.halo
    crop = to_float(np.pad(photo, ((halo, halo), (halo, halo), (0, 0)), mode="symmetric"))
    chain.upscaler.upscale(crop, "", 0, never)
    begun = time.perf_counter()
    chain.upscaler.upscale(crop, "", 0, never)
    bare = time.perf_counter() - begun
    begun = time.perf_counter()
    made = [key for progress in chain.refine(2, whole, never) for key in progress.finished]
    assert len(made) == len(list(tiles_of(2, whole)))
    run_task(RegionTask(tmp_path / "whole.png", LevelRegion(2, whole)), chain)
    export = time.perf_counter() - begun
    show("the bare engine on as much, its halo included", f"{bare:.1f} s")
    show("the export", f"{export:.1f} s")
    show("   throughput over the bare engine's", f"{bare / export:.2f}", ">= 0.85")
    chain.pyramid.store.close()


def test_movie(tmp_path: Path) -> None:
    print(f"\n   A zoom movie of {SIZE[0]} x {SIZE[1]}, its tiles being there")
    source = open_source(SAMPLE)
    chain = open_chain(OpenedImage(source), EngineChoice("bicubic"), tmp_path, print)
    start = View(fit(source.width, source.height, *SIZE), *SIZE)
    end = View(camera_at(427, 296, 16), *SIZE)
    shown = frame_specs(start, end, Fraction(30), 2.0)
    clip = Clip("GIF", *SIZE, Fraction(30), len(shown))
    run_task(MovieTask(tmp_path / "warm.gif", clip, tuple(shown)), chain)
    origin = origin_of_movie(chain, [frame.view for frame in shown])
    begun = time.perf_counter()
    for frame in shown:
        compose(chain.pyramid, frame.view)
    alone = (time.perf_counter() - begun) / len(shown)
    show("composing one frame after the other", f"{1 / alone:.1f} frames/s")
    begun = time.perf_counter()
    frames = list(frames_of(chain.pyramid, shown))
    ahead = (time.perf_counter() - begun) / len(shown)
    show("composing as for a movie, by threads", f"{1 / ahead:.1f} frames/s")
    for name, form in MOVIE_FORMATS.items():
        path = tmp_path / f"zoom{form.suffix}"
        begun = time.perf_counter()
        save_movie(path, Clip(name, *SIZE, clip.fps, clip.frames), iter(frames), origin)
        write = (time.perf_counter() - begun) / len(shown)
        show(f"writing {name}", f"{1 / write:.1f} frames/s")
        show("   over composing one after the other", f"{alone / write:.2f}")
    chain.pyramid.store.close()
