"""A rack of simulated phones in this process: their ports, their threads, their control API."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final, Literal, Self, get_args

from drover.kernel.clock import Clock, SystemClock
from drover.kernel.errors import InvalidInput
from drover.kernel.randomness import stream
from drover.simulator.control import Control
from drover.simulator.fault_script import Deed, play, refuse_strangers, refuse_unknown_pages
from drover.simulator.handset import Handset, KeyboardName, Look, Theme
from drover.simulator.phone import Identity, SimulatedPhone
from drover.simulator.pictures import Pictures
from drover.simulator.profiles import PROFILES, Delays, ProfileName
from drover.simulator.services import serve_connection
from drover.simulator.users import MOST_USERS, OWNER

WIDTHS: Final = (720, 1080, 1440)
THEMES: Final = ("light", "dark")
FONT_SCALES: Final = (0.85, 1.0, 1.15, 1.3)
KEYBOARDS: Final[tuple[KeyboardName, ...]] = get_args(KeyboardName)
MIXED: Final = "mixed"
MOST_PHONES: Final = 60
STARTED_WALL: Final = datetime(2026, 1, 15, 9, 41, tzinfo=UTC)
"""The date and time that every simulated phone shows when it starts, so that runs repeat."""
_LOWEST_PORT, _HIGHEST_PORT = 1024, 65535
_EMULATOR_PORTS: Final = range(5555, 5586, 2)

MakeHandset = Callable[[Look, Clock, random.Random, datetime], Handset]


@dataclass(frozen=True, slots=True)
class RackOptions:
    """What a rack is made of. `port` is the first phone's, the next ones have every second one after it; 0: free ones.

    `faults` are given by plan. With `auth` the phones ask about keys that they do not know. Each has `users` users,
    the owner among them.
    `keyboard` is the layout in which the phones' keyboards come first; `mixed`: each phone's is drawn from the seed.
    Raises InvalidInput for what cannot be.
    """

    phones: int = 1
    port: int = 0
    seed: int = 0
    profile: ProfileName = "typical"
    width: int = 1080
    theme: Theme = "light"
    font_scale: float = 1.0
    keyboard: KeyboardName | Literal["mixed"] = "qwerty"
    auth: bool = False
    adb_keyboard: bool = False
    users: int = 1
    faults: tuple[Deed, ...] = ()
    control_port: int = 0
    with_parent: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not 1 <= self.phones <= MOST_PHONES:
            raise InvalidInput(f"--phones {self.phones} is not possible", hint=f"choose 1 to {MOST_PHONES}")
        if not 1 <= self.users <= MOST_USERS:
            raise InvalidInput(f"--users {self.users} is not possible", hint=f"choose 1 to {MOST_USERS}")
        _refuse_other("--profile", self.profile, tuple(PROFILES))
        _refuse_other("--width", self.width, WIDTHS)
        _refuse_other("--theme", self.theme, THEMES)
        _refuse_other("--font-scale", self.font_scale, FONT_SCALES)
        _refuse_other("--keyboard", self.keyboard, (*KEYBOARDS, MIXED))
        refuse_strangers(self.faults, self.names)
        ports = range(self.port, self.port + 2 * self.phones, 2)
        if self.port and not _LOWEST_PORT <= ports[0] <= ports[-1] <= _HIGHEST_PORT:
            raise InvalidInput(
                f"--port {self.port} is not possible with {self.phones} phones",
                hint=f"choose a port from {_LOWEST_PORT} on, so that the last phone's is at most {_HIGHEST_PORT}",
            )
        if self.port and set(ports) & set(_EMULATOR_PORTS):
            raise InvalidInput(
                f"--port {self.port} is not possible: adb takes odd ports from 5555 to 5585 for emulators",
                hint="choose an even port, or one outside of these",
            )
        if self.control_port and not _LOWEST_PORT <= self.control_port <= _HIGHEST_PORT:
            raise InvalidInput(
                f"control port {self.control_port} is not possible",
                hint=f"choose {_LOWEST_PORT} to {_HIGHEST_PORT}, or 0 for a free one",
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The phones' names."""
        return tuple(f"phone{number}" for number in range(1, self.phones + 1))

    def look(self, phone: str) -> Look:
        """Return how the display of the phone of that name is made."""
        keyboard = self.keyboard
        if keyboard == MIXED:
            keyboard = stream(self.seed, phone, "keyboard").choice(KEYBOARDS)
        return Look(self.width, self.width * 20 // 9, self.theme, self.font_scale, keyboard)


def _refuse_other(option: str, value: object, possible: tuple[object, ...]) -> None:
    if value not in possible:
        choices = ", ".join(str(choice) for choice in possible)
        raise InvalidInput(f"{option} {value} is not possible", hint=f"choose one of: {choices}")


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


class Rack:
    """Simulated phones, ready while the `async with` block lasts."""

    def __init__(self, options: RackOptions, make_handset: MakeHandset, clock: Clock | None = None) -> None:
        self._options = options
        self._make_handset = make_handset
        self._clock = clock or SystemClock()
        self._pictures = Pictures()
        self._exits = contextlib.AsyncExitStack()
        self.phones: tuple[SimulatedPhone, ...] = ()
        self.control_url = ""

    @property
    def serials(self) -> tuple[str, ...]:
        """The phones' addresses, `127.0.0.1:PORT`, in the order of their numbers."""
        return tuple(phone.line.serial for phone in self.phones)

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as exits:
            exits.push_async_callback(self._pictures.close)
            self.phones = tuple(self._phone(number, name) for number, name in enumerate(self._options.names, 1))
            refuse_unknown_pages(self._options.faults, self.phones)
            for index, phone in enumerate(self.phones):
                exits.push_async_callback(phone.line.close)
                exits.callback(phone.close)
                phone.line.bind(self._options.port + 2 * index if self._options.port else 0)
            for phone in self.phones:
                phone.line.open(partial(serve_connection, phone))
            control = await exits.enter_async_context(Control(self.phones, self._options.control_port))
            self.control_url = control.url
            playing = asyncio.get_running_loop().create_task(
                play(self._options.faults, self.phones, self._clock, self._options.seed)
            )
            exits.push_async_callback(_cancel, playing)
            self._exits = exits.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exits.aclose()

    def _phone(self, number: int, name: str) -> SimulatedPhone:
        options = self._options

        def make_user(user: int) -> Handset:
            rng = stream(options.seed, name, "handset", *([user] if user else []))
            return self._make_handset(options.look(name), self._clock, rng, STARTED_WALL)

        phone = SimulatedPhone(
            Identity(name, f"SIM{options.seed & 0xFFFF:04X}{number:04d}"),
            make_user(OWNER),
            Delays(options.profile, self._clock, stream(options.seed, name, "delays")),
            self._pictures,
            faults_rng=stream(options.seed, name, "faults"),
            started_wall=STARTED_WALL,
            asks_for_keys=options.auth,
            adb_keyboard=options.adb_keyboard,
            make_user=make_user,
        )
        for index in range(1, options.users):
            phone.users.create(f"User {index + 1}")
        return phone
