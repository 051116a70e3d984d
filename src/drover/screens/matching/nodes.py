"""Elements of the UI tree that tell a screen."""

from drover.devices.geometry import Rect
from drover.devices.uitree import UiNode
from drover.language.pattern import parse_pattern
from drover.screens.regions import ExpectedText, NodeQuery


def node_meant(tree: UiNode, query: NodeQuery, inside: Rect | None = None) -> UiNode | None:
    """Return the first element that has all that is asked for, its middle in `inside` where that is given.

    A resource id counts whole (`com.drover.plaza:id/title`) or by what follows the slash. A text is the element's
    whole text or description; a pattern is found in one of them.
    """
    for node in tree.walk():
        placed = inside is None or (node.bounds is not None and inside.contains(node.bounds.center))
        if placed and _has_id(node, query.resource_id) and (query.text is None or _says(node, query.text)):
            return node
    return None


def described(query: NodeQuery) -> str:
    """Return the query in words: `the element title with the text 'Feed'`."""
    name = f"the element {query.resource_id}" if query.resource_id else "an element"
    if query.text is None:
        return name
    return f"{name} with {'text like' if query.text.pattern else 'the text'} '{query.text.source}'"


def _has_id(node: UiNode, wanted: str) -> bool:
    return not wanted or node.resource_id == wanted or node.resource_id.rpartition("/")[2] == wanted


def _says(node: UiNode, wanted: ExpectedText) -> bool:
    said = (node.text, node.description)
    if not wanted.pattern:
        return wanted.source in said
    pattern = parse_pattern(wanted.source)
    return any(pattern.search(text) is not None for text in said if text)
