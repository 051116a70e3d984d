"""The wall as an element of a page. Pictures, states and gestures go over its own socket, never through the page."""

from nicegui.element import Element


class Wall(Element, component="wall.js", esm={"wallcore": "core"}):
    """All phones of one client; with `only`, one of them alone."""

    def __init__(self, *, client: str, address: str, only: str = "") -> None:
        """Show `client`'s phones. `address` is the page's own, below which one phone's is found."""
        super().__init__()
        self.classes("dr-wall-host")
        self._props["client"] = client
        self._props["address"] = address
        self._props["only"] = only
