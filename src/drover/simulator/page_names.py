"""Names of pages that something waits for: one that never comes would be waited for without a word."""

import difflib
from collections.abc import Collection
from typing import Final

from drover.kernel.errors import InvalidInput

_CLOSEST: Final = 3


class PageUnknown(InvalidInput):
    """No app on the phone has a page of that name."""

    def __init__(self, name: str, pages: Collection[str]) -> None:
        closest = difflib.get_close_matches(name, sorted(pages), _CLOSEST)
        begin = sorted({page.partition(".")[0] + "." for page in pages if page.count(".") == 1})
        super().__init__(
            f"page {name!r} is on none of the phone's apps",
            hint=f"did you mean {' or '.join(closest)}?" if closest else f"pages begin with {', '.join(begin)}",
        )


def refuse_unknown_page(name: str | None, pages: Collection[str]) -> None:
    """Raise PageUnknown for the name of a page that is not one of `pages`; None waits for none."""
    if name is not None and name not in pages:
        raise PageUnknown(name, pages)
