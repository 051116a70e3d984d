"""Outlines of many templates, worked out together: a dozen at once cost less than half of one after another."""

from drover.screens.matching.outline import outlines
from drover.screens.matching.template import Template

_TOGETHER = 64
"""Templates worked out at once: each costs a fifth less than of 16, and of more hardly less again."""
_MOST_PIXELS = 4_000_000
"""Pixels for which is not waited any longer: all that wait are in memory together."""


class Outlining:
    """Gives outlines to templates, a batch at a time. For one thread; the last ones have theirs after `finish`."""

    def __init__(self) -> None:
        self._waiting: list[Template] = []
        self._pixels = 0

    def add(self, template: Template) -> None:
        """Take a template in. One that knows its outline, or what it has instead of one, is left as it is."""
        if template.outlined:
            return
        self._waiting.append(template)
        self._pixels += template.rect.width * template.rect.height
        if len(self._waiting) >= _TOGETHER or self._pixels >= _MOST_PIXELS:
            self.finish()

    def finish(self) -> None:
        """Work out the outlines of all that wait."""
        waiting, self._waiting, self._pixels = self._waiting, [], 0
        for template, found in zip(waiting, outlines([(t.gray, t.rect) for t in waiting]), strict=True):
            template.outline = found
