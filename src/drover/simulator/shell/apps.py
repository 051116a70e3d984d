"""Commands on apps: am, pm, cmd package, monkey."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from drover.simulator.shell import media, packages, users
from drover.simulator.shell.session import USAGE_CODE, Outcome, Program, Programs, Session, failed, printed
from drover.simulator.users import UserRefused

_LAUNCH_ACTIVITY: Final = ".MainActivity"
_HOME: Final = 3
_SYSTEM_PREFIXES: Final = ("android", "com.android.")
_SYSTEM_SUFFIXES: Final = (".launcher",)
_WITH_VALUE: Final = frozenset({"--user", "-t", "-d", "-f", "--display", "--windowingMode", "-i"})
_WITH_TWO_VALUES: Final = frozenset({"-e", "--es", "--ei", "--ez", "--el", "--ef"})
_NOTHING_TO_RUN: Final = 252
_NOT_IN_FRONT: Final = "Error: Not allowed to start background user activity that shouldn't be displayed for all users."


@dataclass
class _Intent:
    """What `am start` and `resolve-activity` are asked for."""

    action: str = ""
    component: str = ""
    package: str = ""
    categories: list[str] = field(default_factory=list[str])
    flags: set[str] = field(default_factory=set[str])

    @property
    def target(self) -> str:
        """The component, or else the package."""
        return self.component or self.package

    @property
    def wants_home(self) -> bool:
        """Whether it is the launcher that is asked for."""
        return not self.target and "android.intent.category.HOME" in self.categories

    def __str__(self) -> str:
        categories = ",".join(self.categories)
        parts = [
            f"act={self.action}" if self.action else "",
            f"cat=[{categories}]" if categories else "",
            f"pkg={self.package}" if self.package and not self.component else "",
            f"cmp={short(self.component)}" if self.component else "",
        ]
        return f"Intent {{ {' '.join(part for part in parts if part)} }}"


def short(component: str) -> str:
    """Return `a.b/.C` for `a.b/a.b.C`."""
    package, _, activity = component.partition("/")
    return f"{package}/{activity.removeprefix(package) if activity.startswith(f'{package}.') else activity}"


def launch_component(package: str) -> str:
    """Return the activity that a launcher starts for a package."""
    return f"{package}/{_LAUNCH_ACTIVITY}"


def _intent(words: Sequence[str]) -> _Intent:
    intent = _Intent()
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in _WITH_TWO_VALUES:
            del rest[:2]
        elif word in _WITH_VALUE:
            del rest[:1]
        elif word == "-a" and rest:
            intent.action = rest.pop(0)
        elif word == "-c" and rest:
            intent.categories.append(rest.pop(0))
        elif word in {"-n", "-p"} and rest:
            value = rest.pop(0)
            intent.component, intent.package = (value, intent.package) if word == "-n" else (intent.component, value)
        elif word.startswith("-"):
            intent.flags.add(word)
        elif "/" in word:
            intent.component = word
        else:
            intent.package = word
    return intent


async def _am(session: Session, words: Sequence[str]) -> Outcome:
    if (done := await users.activity(session, words)) is not None:
        return done
    match list(words):
        case ["start" | "start-activity", *rest]:
            return await _start_for(session, *users.apart(rest))
        case ["broadcast", *rest]:
            return await media.broadcast(session, rest)
        case ["force-stop" | "kill", *options, package]:
            del options
            await session.phone.stop_app(package)
            return Outcome()
        case _:
            return failed(f"Error: unknown command '{' '.join(words[:1])}'", code=USAGE_CODE)


async def _start_for(session: Session, user: str, words: Sequence[str]) -> Outcome:
    intent = _intent(words)
    try:
        in_front = users.number(session, user) == session.phone.users.current
    except UserRefused as refused:
        return failed(f"Error: {refused.message}")
    if in_front:
        return await _start(session, intent)
    return Outcome(printed(f"Starting: {intent}").stdout, failed(_NOT_IN_FRONT).stderr, 1)


async def _start(session: Session, intent: _Intent) -> Outcome:
    if intent.wants_home:
        await session.phone.press((_HOME,))
        return printed(f"Starting: {intent}")
    if not intent.target:
        return failed("Error: Intent has no action, component or package", code=USAGE_CODE)
    package = intent.target.partition("/")[0]
    if "-S" in intent.flags:
        await session.phone.stop_app(package)
        stopping = [f"Stopping: {package}"]
    else:
        stopping = []
    begun = session.phone.clock.monotonic()
    started = await session.phone.start_app(intent.target)
    lines = [*stopping, f"Starting: {intent}"]
    if not started:
        return Outcome(printed(*lines).stdout, failed(*_not_started(intent)).stderr, 1)
    if "-W" in intent.flags:
        took_ms = round((session.phone.clock.monotonic() - begun) * 1000)
        component = intent.component or launch_component(package)
        lines += ["Status: ok", "LaunchState: COLD", f"Activity: {short(component)}"]
        lines += [f"TotalTime: {took_ms}", f"WaitTime: {took_ms + 1}", "Complete"]
    return printed(*lines)


def _not_started(intent: _Intent) -> list[str]:
    if intent.component:
        return ["Error type 3", f"Error: Activity class {{{intent.component}}} does not exist."]
    return [f"Error: Activity not started, unable to resolve {intent}"]


async def _pm(session: Session, words: Sequence[str]) -> Outcome:
    if (done := await users.package(session, words)) is not None:
        return done
    if (managed := await packages.manage(session, words)) is not None:
        return managed
    match list(words):
        case ["list", "packages" | "package", *rest]:
            return _listed(session, *users.apart(rest))
        case ["resolve-activity", *rest]:
            return _resolved(session, rest)
        case _:
            complaint = f"Error: a simulated phone's package manager does not know '{' '.join(words)}'"
            return failed(complaint, code=USAGE_CODE)


def _listed(session: Session, user: str, words: Sequence[str]) -> Outcome:
    try:
        installed = users.handset(session, user).packages()
    except UserRefused as refused:
        return failed(f"Error: {refused.message}")
    wanted = next((word for word in words if not word.startswith("-")), "")
    names = [name for name in installed if wanted in name]
    if "-3" in words:
        names = [name for name in names if not _is_system(name)]
    if "-s" in words:
        names = [name for name in names if _is_system(name)]
    with_path = "-f" in words
    lines = (f"package:/data/app/{name}-1/base.apk={name}" if with_path else f"package:{name}" for name in names)
    return printed(*lines)


def _is_system(package: str) -> bool:
    return package.startswith(_SYSTEM_PREFIXES) or package.endswith(_SYSTEM_SUFFIXES)


def _resolved(session: Session, words: Sequence[str]) -> Outcome:
    intent = _intent(words)
    package = intent.target.partition("/")[0]
    if intent.wants_home:
        package = next((name for name in session.phone.handset.packages() if name.endswith(_SYSTEM_SUFFIXES)), "")
    if package not in session.phone.handset.packages():
        return printed("No activity found")
    component = launch_component(package)
    if "--brief" in intent.flags:
        return printed("priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true", component)
    return printed("  ActivityInfo:", f"    name={component.replace('/', '')}", f"    packageName={package}")


async def _cmd(session: Session, words: Sequence[str]) -> Outcome:
    if words[:1] == ["package"]:
        return await _pm(session, words[1:])
    if words[:1] == ["activity"]:
        return await _am(session, words[1:])
    return failed(f"cmd: Can't find service: {' '.join(words[:1])}", code=20)


async def _monkey(session: Session, words: Sequence[str]) -> Outcome:
    package = words[words.index("-p") + 1] if "-p" in words[:-1] else ""
    if not package or not await session.phone.start_app(package):
        return failed("** No activities found to run, monkey aborted.", code=_NOTHING_TO_RUN)
    return printed(
        "Events injected: 1", "## Network stats: elapsed time=10ms (0ms mobile, 0ms wifi, 10ms not connected)"
    )


PROGRAMS: Final[Programs] = {
    "am": Program(_am, None),
    "pm": Program(_pm),
    "cmd": Program(_cmd),
    "monkey": Program(_monkey, None),
}
