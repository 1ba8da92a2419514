"""The views that were visited, for Back and Forward as in a browser."""

from dataclasses import dataclass

from cozviewer.pyramid.camera import Camera, Fitting

MEMORY = 100
"""Maximum number of views to go back."""


@dataclass(frozen=True, slots=True)
class Place:
    """A view that was visited.

    Attributes:
        camera: The camera.
        fitting: How the photo was fitted, so that it is fitted again if the window has another size
            by then; None if it was not.
    """

    camera: Camera
    fitting: Fitting | None = None

    def same(self, other: "Place") -> bool:
        """Return whether both are one view, maybe at different sizes of the window."""
        fits = self.fitting is not None and self.fitting is other.fitting
        return fits or self.camera == other.camera


class History:
    """Places in order, and which of them is the present one."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._at = -1
        self._travelling = False

    @property
    def can_go_back(self) -> bool:
        """Whether there is a place before the present one."""
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether there is a place after the present one: Back was used."""
        return self._at < len(self._places) - 1

    def before(self, camera: Camera) -> Camera | None:
        """Return the last camera that differs from the present one; None if there is none."""
        cameras = (place.camera for place in reversed(self._places[: self._at + 1]))
        return next((each for each in cameras if each != camera), None)

    def clear(self) -> None:
        """Forget all places."""
        self._places.clear()
        self._at, self._travelling = -1, False

    def note(self, place: Place) -> None:
        """Note where a view came to rest. After Back, this discards what was forward, unless it is
        the place that Back led to."""
        there = self._at >= 0 and (self._travelling or self._places[self._at].same(place))
        self._travelling = False
        if there:
            self._places[self._at] = place
            return
        del self._places[self._at + 1 :]
        self._places.append(place)
        del self._places[: -MEMORY - 1]
        self._at = len(self._places) - 1

    def leave(self) -> None:
        """Note that the view moves on otherwise, even before it arrives where Back led."""
        self._travelling = False

    def go(self, steps: int, now: Place) -> Place | None:
        """Go back (-1) or forward (+1).

        Args:
            now: The present view, which is noted if it has not come to rest yet.

        Returns:
            Where to go; None if there is nothing.
        """
        if not self._travelling:
            self.note(now)
        if not 0 <= self._at + steps < len(self._places):
            return None
        self._at += steps
        self._travelling = True
        return self._places[self._at]
