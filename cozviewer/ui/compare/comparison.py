"""What is compared at present, as a value: which images, and in which place each stands."""

from dataclasses import dataclass, field

from cozviewer.config.choice import EngineChoice
from cozviewer.pyramid.compose import Kernel
from cozviewer.ui.compare.compared_images import (
    GENERATED,
    OTHER_SETTINGS,
    SOURCES,
    Content,
    Side,
    Sides,
)
from cozviewer.ui.compare.paint import Mode


@dataclass(frozen=True)
class Comparison:
    """What is compared.

    Attributes:
        mode: How; None while the generated image is shown alone.
        sides: The two images of all modes but GRID.
        settings: Those of the side OTHER_SETTINGS; None while none are chosen.
        grid: The images of the mode GRID, two to four.
        swapped: In a blind test, whether the first side stands on the right; None otherwise.
    """

    mode: Mode | None = None
    sides: Sides = field(default_factory=Sides)
    settings: EngineChoice | None = None
    grid: tuple[Content, ...] = (SOURCES[0], GENERATED)
    swapped: bool | None = None

    @property
    def contents(self) -> tuple[Content, ...]:
        """What is shown: the first side, then the second one; or the grid."""
        if self.mode is None:
            return (GENERATED,)
        if self.mode is Mode.GRID:
            return self.grid
        second = self.sides.second
        if second is OTHER_SETTINGS and self.settings is not None:
            return self.sides.first, self.settings
        return self.sides.first, second

    @property
    def in_one_pane(self) -> bool:
        """Whether two images are in one pane."""
        return self.mode is not None and self.mode.in_one_pane

    @property
    def places(self) -> list[tuple[int, Content]]:
        """The numbers of the panes from the upper left to the lower right, and what each shows, but
        for what is on top. The generated image has number 0, where it is shown."""
        contents = self.contents
        if self.mode is None or self.in_one_pane:
            return [(0, contents[0])]
        main = contents.index(GENERATED) if GENERATED in contents else 0
        others = iter(range(1, len(contents)))
        places = [
            (0 if place == main else next(others), content)
            for place, content in enumerate(contents)
        ]
        if self.mode is Mode.SIDE:
            swapped = self.sides.second_left if self.swapped is None else self.swapped
            return places[::-1] if swapped else places
        return places

    @property
    def first(self) -> Side:
        """What the pane with number 0 shows."""
        content = next(content for number, content in self.places if number == 0)
        return content if isinstance(content, Side) else OTHER_SETTINGS

    @property
    def shows_source(self) -> bool:
        """Whether one of the images is the original, interpolated."""
        return any(kernel_of(content) is not None for content in self.contents)


def kernel_of(content: Content) -> Kernel | None:
    """Return how a content is interpolated from the photo; None if it has generated levels."""
    return content.kernel if isinstance(content, Side) else None
