"""uiautomator's XML as a UiNode. Pure; refuses what is no plain tree."""

import re
from xml.etree.ElementTree import Element, ParseError, XMLParser

from drover.devices.geometry import Rect
from drover.devices.uitree import UiNode

MAX_XML_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 200

_START = re.compile(rb"<\?xml|<hierarchy[\s>/]")
_END = b"</hierarchy>"
_BOUNDS = re.compile(r"\[(-?\d{1,6}),(-?\d{1,6})\]\[(-?\d{1,6}),(-?\d{1,6})\]")


class NotATree(ValueError):
    """The text is no UI tree; the message says why."""


def extract(output: bytes) -> bytes:
    """Return the XML inside what `uiautomator dump /dev/tty` printed. Raises NotATree with what it said instead."""
    start = _START.search(output)
    end = output.rfind(_END)
    if start is None or end < start.start():
        words = output.decode("utf-8", "replace").strip().splitlines()
        raise NotATree(words[0][:200] if words else "an empty answer")
    return output[start.start() : end + len(_END)]


def parse(xml: bytes) -> UiNode:
    """Return the tree: a root without text whose children are the windows. Raises NotATree."""
    if len(xml) > MAX_XML_BYTES:
        raise NotATree(f"{len(xml)} bytes of XML, more than {MAX_XML_BYTES}")
    # uiautomator writes neither; both are ways to make a parser expand a small file without end.
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise NotATree("XML with a document type")
    try:
        # The encoding is given, so that a declared one of another width cannot hide a document type.
        parser = XMLParser(encoding="utf-8")  # noqa: S314  without a document type, there are no entities
        parser.feed(xml)
        root = parser.close()
    except (ParseError, ValueError, LookupError) as error:
        raise NotATree(f"XML that cannot be read ({error})") from error
    if root.tag != "hierarchy":
        raise NotATree(f"XML of <{root.tag[:40]}>, not of <hierarchy>")
    return UiNode(children=_children(root, 1))


def _children(element: Element, depth: int) -> tuple[UiNode, ...]:
    if depth > MAX_DEPTH:
        raise NotATree(f"a tree deeper than {MAX_DEPTH}")
    return tuple(_node(child, depth) for child in element)


def _node(element: Element, depth: int) -> UiNode:
    text = element.get("text", "")
    return UiNode(
        # A field without text shows its hint as text on newer Androids; it must not be taken for what was typed.
        text="" if element.get("showing-hint") == "true" or text == element.get("hint") else text,
        resource_id=element.get("resource-id", ""),
        class_name=element.get("class", ""),
        package=element.get("package", ""),
        description=element.get("content-desc", ""),
        bounds=_bounds(element.get("bounds", "")),
        focused=element.get("focused") == "true",
        password=element.get("password") == "true",
        children=_children(element, depth + 1),
    )


def _bounds(text: str) -> Rect | None:
    found = _BOUNDS.fullmatch(text)
    if found is None:
        return None
    x1, y1, x2, y2 = (int(number) for number in found.groups())
    return Rect(x1, y1, x2, y2) if x2 > x1 and y2 > y1 else None
