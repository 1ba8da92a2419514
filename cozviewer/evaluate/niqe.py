"""NIQE: how far an image is from what natural photos look like, without anything to compare with.

Mittal, Soundararajan and Bovik, "Making a 'completely blind' image quality analyzer", IEEE Signal
Processing Letters 20(3), 2013. Lower is better: good photos of half a megapixel get 2 to 5. As in
the authors' code, which pyiqa follows, too, an image's luma is 0.299 R + 0.587 G + 0.114 B,
rounded to whole grey levels, and nothing is cut from its edges; BasicSR's default, luma from 16 to
235, gives figures that differ by a few percent.
"""

from functools import cache
from importlib.resources import files

import numpy as np

from cozviewer.evaluate.natural_statistics import BLOCK, Plane, features
from cozviewer.image.pixels import LUMA, Rgb8

FEWEST_BLOCKS = 2
"""Minimum number for a covariance."""


def niqe(image: Rgb8) -> float | None:
    """Return the NIQE of an image.

    Args:
        image: (H, W, 3) uint8.

    Returns:
        Above 0, lower is better; None where it is undefined because fewer than two of the image's
        blocks of 96 x 96 pixels show any structure.
    """
    if (image.shape[0] // BLOCK) * (image.shape[1] // BLOCK) < FEWEST_BLOCKS:
        return None
    of_blocks = features(np.rint(image @ np.array(LUMA)))
    structured = of_blocks[~np.isnan(of_blocks).any(axis=1)]
    if len(structured) < FEWEST_BLOCKS:
        return None
    mean, covariance = _natural()
    # Equation 10: the distance of two Gaussians, that of natural photos and that of this image.
    difference = mean - np.nanmean(of_blocks, axis=0)
    both = (covariance + np.cov(structured, rowvar=False)) / 2
    return float(np.sqrt(difference @ np.linalg.pinv(both) @ difference))


@cache
def _natural() -> tuple[Plane, Plane]:
    """Return mean (36) and covariance (36, 36) of the features of natural photos, as published."""
    with (
        (files("cozviewer.resources") / "niqe_pris_params.npz").open("rb") as file,
        np.load(file) as published,
    ):
        return published["mu_pris_param"].ravel(), published["cov_pris_param"]
