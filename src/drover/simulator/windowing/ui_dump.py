"""The focused window as uiautomator dumps it."""

from xml.sax.saxutils import quoteattr

from drover.simulator.display.marks import Box
from drover.simulator.windowing.view import Element, Role, View
from drover.simulator.windowing.viewport import Viewport

_HEADER = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"


def _bounds(box: Box, viewport: Viewport) -> str:
    x1, y1, x2, y2 = viewport.shown(box)
    return f"[{x1},{y1}][{x2},{y2}]"


def _yes(value: object) -> str:
    return "true" if value else "false"


def _attributes(element: Element, view: View, viewport: Viewport, index: int) -> dict[str, str]:
    return {
        "index": str(index),
        "text": element.text,
        "resource-id": f"{view.package}:id/{element.name}",
        "class": element.role.value,
        "package": view.package,
        "content-desc": "" if element.role is Role.FIELD else element.description,
        "checkable": _yes(element.role in {Role.RADIO, Role.SWITCH}),
        "checked": _yes(element.checked),
        "clickable": _yes(element.action or element.hold),
        "enabled": "true",
        "focusable": _yes(element.action),
        "focused": _yes(element.focused),
        "scrollable": _yes(element.role is Role.LIST),
        "long-clickable": _yes(element.hold or element.role is Role.FIELD),
        "password": _yes(element.password),
        "selected": "false",
        "bounds": _bounds(element.box, viewport),
    }


def _tag(attributes: dict[str, str]) -> str:
    # A newline must survive as a reference: parsers turn a bare one in an attribute into a space.
    return " ".join(f"{name}={quoteattr(value, {chr(10): '&#10;'})}" for name, value in attributes.items())


def ui_xml(view: View, viewport: Viewport) -> str:
    """Return `view` in uiautomator's format, its elements in one window that fills `view.window`."""
    window = _attributes(Element("content", view.window, Role.PANEL), view, viewport, 0)
    nodes = "".join(
        f"<node {_tag(_attributes(element, view, viewport, place))} />" for place, element in enumerate(view.elements)
    )
    return f'{_HEADER}<hierarchy rotation="{viewport.quarter_turns}"><node {_tag(window)}>{nodes}</node></hierarchy>'
