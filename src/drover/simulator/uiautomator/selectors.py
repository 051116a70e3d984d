"""UiSelector as the client sends it: which elements of a UI tree it means. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast
from xml.etree.ElementTree import Element, fromstring

Selector = Mapping[str, Any]
Bounds = tuple[int, int, int, int]

_INSTANCE: Final = 0x01000000
_INDEX: Final = 0x800000
_NUMBERS: Final = re.compile(r"-?\d+")


def _is(value: str, wanted: str) -> bool:
    return value == wanted


def _contains(value: str, wanted: str) -> bool:
    return wanted in value


def _starts(value: str, wanted: str) -> bool:
    return value.startswith(wanted)


def _matches(value: str, wanted: str) -> bool:
    return re.fullmatch(wanted, value, re.DOTALL) is not None


_TEXTS: Final[Mapping[int, tuple[str, str, Callable[[str, str], bool]]]] = {
    0x01: ("text", "text", _is),
    0x02: ("textContains", "text", _contains),
    0x04: ("textMatches", "text", _matches),
    0x08: ("textStartsWith", "text", _starts),
    0x10: ("className", "class", _is),
    0x20: ("classNameMatches", "class", _matches),
    0x40: ("description", "content-desc", _is),
    0x80: ("descriptionContains", "content-desc", _contains),
    0x100: ("descriptionMatches", "content-desc", _matches),
    0x200: ("descriptionStartsWith", "content-desc", _starts),
    0x80000: ("packageName", "package", _is),
    0x100000: ("packageNameMatches", "package", _matches),
    0x200000: ("resourceId", "resource-id", _is),
    0x400000: ("resourceIdMatches", "resource-id", _matches),
}
"""By the bit of the selector's mask: its field, the attribute that it is about, and how they compare."""

_FLAGS: Final[Mapping[int, tuple[str, str]]] = {
    0x400: ("checkable", "checkable"),
    0x800: ("checked", "checked"),
    0x1000: ("clickable", "clickable"),
    0x2000: ("longClickable", "long-clickable"),
    0x4000: ("scrollable", "scrollable"),
    0x8000: ("enabled", "enabled"),
    0x10000: ("focusable", "focusable"),
    0x20000: ("focused", "focused"),
    0x40000: ("selected", "selected"),
}


class BadSelector(ValueError):
    """What was sent is no selector."""


def find(ui_xml: str, selector: object) -> list[Element]:
    """Return the elements that a selector means, in the order of the tree. Raises BadSelector."""
    root = fromstring(ui_xml.encode())  # noqa: S314  it comes from our own handset
    return _chosen(list(root.iter("node")), selector, root)


def _chosen(candidates: Sequence[Element], selector: object, root: Element) -> list[Element]:
    if not isinstance(selector, dict):
        raise BadSelector("a selector is an object")
    wanted = cast("Selector", selector)
    try:
        mask = int(wanted["mask"])
        found = [node for node in candidates if _fits(node, wanted, mask)]
        if mask & _INDEX:
            found = [node for node in found if node.get("index") == str(wanted["index"])]
        if mask & _INSTANCE:
            number = int(wanted["instance"])
            found = found[number : number + 1]
        steps = zip(wanted.get("childOrSibling", ()), wanted.get("childOrSiblingSelector", ()), strict=True)
        for step, inner in steps:
            found = _chosen(_related(found, step, root), inner, root)
    except (KeyError, TypeError, ValueError, re.error) as error:
        raise BadSelector(str(error)) from error
    return found


def _fits(node: Element, selector: Selector, mask: int) -> bool:
    texts = all(
        compare(node.get(attribute, ""), selector[field])
        for bit, (field, attribute, compare) in _TEXTS.items()
        if mask & bit
    )
    return texts and all(
        (node.get(attribute) == "true") is bool(selector[field])
        for bit, (field, attribute) in _FLAGS.items()
        if mask & bit
    )


def _related(found: Sequence[Element], step: str, root: Element) -> list[Element]:
    """Return what lies below the elements, or below their parents, each once."""
    if step == "sibling":
        parents = {child: parent for parent in root.iter() for child in parent}
        tops = [parents[node] for node in found]
    elif step == "child":
        tops = list(found)
    else:
        raise BadSelector(f"{step!r} is neither child nor sibling")
    return list(dict.fromkeys(node for top in tops for node in top.iter("node") if node is not top))


def bounds(node: Element) -> Bounds:
    """Return left, top, right, bottom of an element."""
    left, top, right, bottom = (int(number) for number in _NUMBERS.findall(node.get("bounds", "[0,0][0,0]")))
    return left, top, right, bottom


def describe(node: Element) -> dict[str, Any]:
    """Return an element as `objInfo` tells it."""
    place = dict(zip(("left", "top", "right", "bottom"), bounds(node), strict=True))
    flags = {field: node.get(attribute) == "true" for field, attribute in _FLAGS.values()}
    return {
        "bounds": place,
        "visibleBounds": place,
        "childCount": len(node),
        "className": node.get("class", ""),
        "contentDescription": node.get("content-desc", ""),
        "packageName": node.get("package", ""),
        "resourceName": node.get("resource-id", ""),
        "text": node.get("text", ""),
        **flags,
    }
