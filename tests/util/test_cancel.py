"""Cancelling work: the check that ends it."""

import pytest

from cozviewer.util.cancel import check_cancelled, never
from cozviewer.util.errors import Cancelled


def test_work_that_is_not_cancelled_goes_on() -> None:
    check_cancelled(never)


@pytest.mark.parametrize(
    ("arguments", "message"), [((), r"^Stopped\.$"), (("Saving was stopped.",), "^Saving was")]
)
def test_cancelled_work_ends_with_the_given_message(
    arguments: tuple[str, ...], message: str
) -> None:
    with pytest.raises(Cancelled, match=message):
        check_cancelled(lambda: True, *arguments)
