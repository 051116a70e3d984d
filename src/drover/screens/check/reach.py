"""Which screens the actions of a registry lead to. Pure."""

from collections.abc import Iterator

from drover.screens.check.outcome import Concern, Finding
from drover.screens.domain import Registry, Screen, ScreenKind


def file_of(key: str) -> str:
    """Return where in a registry's folder the screen of that whole key is kept."""
    return f"{key.replace('.', '/', 1)}.json"


def unreachable(registry: Registry) -> Iterator[Finding]:
    """Yield a finding for each state that no way leads to, in apps whose actions say where they lead.

    Ways begin at screens marked `entry` and at interrupts, which come of their own accord; in an app without an entry
    at every state that another one leads to.
    """
    reached = _reached(registry)
    telling = {screen.app for screen in registry.screens.values() if _leads(screen)}
    for screen in registry.screens.values():
        if screen.kind is ScreenKind.STATE and screen.app in telling and screen.key not in reached:
            yield Finding(
                Concern.UNREACHABLE,
                file_of(screen.key),
                f"no action leads to {screen.key}",
                "name it in an action's leads_to, or mark it as an entry where the app comes to it by itself",
                (screen.key,),
            )


def leading_nowhere(registry: Registry) -> Iterator[Finding]:
    """Yield a finding for each action that leads to a screen that is not in service."""
    for screen in registry.screens.values():
        for number, variant in enumerate(screen.variants):
            for index, action in enumerate(variant.actions):
                if action.leads_to is not None and action.leads_to not in registry.screens:
                    yield Finding(
                        Concern.LEADS_TO_REFUSED,
                        file_of(screen.key),
                        f"variants[{number}].actions[{index}].leads_to: {action.name} leads to {action.leads_to}, "
                        "which is not in service",
                        f"mend {file_of(action.leads_to)}",
                        (screen.key, action.leads_to),
                    )


def _leads(screen: Screen) -> set[str]:
    """Return the other screens that the screen's actions lead to."""
    keys = {action.leads_to for variant in screen.variants for action in variant.actions}
    return {key for key in keys if key is not None and key != screen.key}


def _reached(registry: Registry) -> set[str]:
    reached: set[str] = set()
    ahead = _starts(registry)
    while ahead:
        key = ahead.pop()
        if key not in reached and key in registry.screens:
            reached.add(key)
            ahead |= _leads(registry.screens[key])
    return reached


def _starts(registry: Registry) -> set[str]:
    screens = registry.screens.values()
    with_entry = {screen.app for screen in screens if screen.entry}
    led_to = {key for screen in screens for key in _leads(screen)}
    return {
        screen.key
        for screen in screens
        if screen.entry
        or screen.kind is ScreenKind.INTERRUPT
        or (screen.app not in with_entry and screen.key in led_to)
    }
