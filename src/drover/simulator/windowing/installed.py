"""The apps that are installed on a phone."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from drover.simulator.display.palette import Palette
from drover.simulator.handset import JsonValue
from drover.simulator.windowing.app import App, AppMaker, Host
from drover.simulator.windowing.plain_app import PlainApp
from drover.simulator.windowing.popups import Popup


class InstalledApps:
    """Apps by package. `makers` tells how each built-in one is made, `host` what its phone is to it."""

    def __init__(
        self, makers: Mapping[str, AppMaker], seed: int, host: Callable[[str], Host], palette: Palette
    ) -> None:
        self._makers = makers
        self._seed = seed
        self._host = host
        self._palette = palette
        self._apps: dict[str, App] = {package: self._made(package) for package in makers}

    def __getitem__(self, package: str) -> App:
        """Return an app that is installed."""
        return self._apps[package]

    def __contains__(self, package: str) -> bool:
        """Whether a package is installed."""
        return package in self._apps

    @property
    def packages(self) -> Sequence[str]:
        """The packages, sorted."""
        return sorted(self._apps)

    @property
    def pages(self) -> Iterator[str]:
        """The names of all pages that the apps can show."""
        return (page for app in self._apps.values() for page in app.page_names)

    @property
    def popups(self) -> Mapping[str, Popup]:
        """The apps' own popups by name."""
        return {name: popup for app in self._apps.values() for name, popup in app.popups.items()}

    @property
    def stored(self) -> dict[str, JsonValue]:
        """What the apps have stored, by package, without those that store nothing."""
        states = {package: dict(app.state()) for package, app in self._apps.items()}
        return {package: state for package, state in states.items() if state}

    def add(self, package: str, label: str) -> None:
        """Install a package that is not; one that is not built in shows a plain page with its label."""
        if package not in self._apps:
            built_in = package in self._makers
            self._apps[package] = self._made(package) if built_in else PlainApp(package, label, self._palette)

    def remove(self, package: str) -> None:
        """Forget a package and what it stored."""
        del self._apps[package]

    def answered(self, popup: str, answer: str) -> None:
        """Tell the apps whose popup was answered."""
        for app in self._apps.values():
            if popup in app.popups:
                app.answered(popup, answer)

    def _made(self, package: str) -> App:
        return self._makers[package](self._seed, self._host(package))
