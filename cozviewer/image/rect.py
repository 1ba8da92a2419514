"""Rectangles of whole pixels."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rect:
    """A half-open rectangle of whole pixels in one plane; empty if width or height is not > 0."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    @property
    def area(self) -> int:
        return 0 if self.empty else self.width * self.height

    @property
    def middle(self) -> tuple[int, int]:
        """The pixel in the middle; where there are two, the right and lower one."""
        return self.x + self.width // 2, self.y + self.height // 2

    def intersected(self, other: "Rect") -> "Rect":
        """Return the intersection, which may be empty."""
        # Called very often: comparisons are quicker than `min` and `max`.
        x = self.x if self.x > other.x else other.x
        y = self.y if self.y > other.y else other.y
        right, other_right = self.x + self.width, other.x + other.width
        bottom, other_bottom = self.y + self.height, other.y + other.height
        width = (right if right < other_right else other_right) - x
        height = (bottom if bottom < other_bottom else other_bottom) - y
        return Rect(x, y, width if width > 0 else 0, height if height > 0 else 0)

    def grown(self, margin: int, above: int | None = None) -> "Rect":
        """Return the rectangle grown by `margin` pixels on all sides; with `above`, by that many at
        the top and bottom, and by `margin` on the left and right."""
        above = margin if above is None else above
        return Rect(
            self.x - margin, self.y - above, self.width + 2 * margin, self.height + 2 * above
        )

    def moved(self, dx: int, dy: int) -> "Rect":
        """Return the rectangle shifted by (dx, dy)."""
        return Rect(self.x + dx, self.y + dy, self.width, self.height)

    def contains(self, other: "Rect") -> bool:
        """Return whether `other` is completely inside."""
        return (
            self.x <= other.x <= other.right <= self.right
            and self.y <= other.y <= other.bottom <= self.bottom
        )


def rect_between(x: int, y: int, right: int, bottom: int) -> Rect:
    """Return the rectangle from (x, y) up to, not including, (right, bottom)."""
    return Rect(x, y, right - x, bottom - y)


def middle_distance(rect: Rect, other: Rect) -> int:
    """Return the square of twice the distance between the centres of two rectangles."""
    dx = 2 * (rect.x - other.x) + rect.width - other.width
    dy = 2 * (rect.y - other.y) + rect.height - other.height
    return dx * dx + dy * dy


def split(region: Rect, side: int) -> list[Rect]:
    """Divide `region` into similar parts of at most `side` x `side`, row by row."""
    columns, rows = -(-region.width // side), -(-region.height // side)
    return [
        rect_between(
            region.x + region.width * column // columns,
            region.y + region.height * row // rows,
            region.x + region.width * (column + 1) // columns,
            region.y + region.height * (row + 1) // rows,
        )
        for row in range(rows)
        for column in range(columns)
    ]
