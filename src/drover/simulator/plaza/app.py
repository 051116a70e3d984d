"""Plaza, put together from its features."""

from collections.abc import Callable
from typing import Final

from drover.simulator.plaza.feature import Feature
from drover.simulator.plaza.features.accounts import Accounts
from drover.simulator.plaza.features.discovery import Discovery
from drover.simulator.plaza.features.entry import Entry
from drover.simulator.plaza.features.feed import Feed
from drover.simulator.plaza.features.figures import Numbering
from drover.simulator.plaza.features.highlights import Highlights
from drover.simulator.plaza.features.messaging import Messaging
from drover.simulator.plaza.features.profile import Profile
from drover.simulator.plaza.features.sharing import Sharing
from drover.simulator.plaza.features.stories import Stories
from drover.simulator.plaza.frame import Frame
from drover.simulator.windowing.app import Host

FEATURES: Final[tuple[Callable[[Frame], Feature], ...]] = (
    Entry,
    Feed,
    Profile,
    Accounts,
    Sharing,
    Stories,
    Highlights,
    Discovery,
    Messaging,
    Numbering,
)


class PlazaApp(Frame):
    """The app; implements `drover.simulator.windowing.app.App`."""

    def __init__(self, seed: int, host: Host) -> None:
        super().__init__(seed, host, FEATURES)
