"""What a phone tells of its input methods: `ime`, `dumpsys input_method`, and the settings that name them."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Final

from drover.simulator.handset import JsonValue
from drover.simulator.phone import SimulatedPhone
from drover.simulator.shell import typing_methods
from drover.simulator.shell.session import Outcome, Program, Programs, Session, failed, printed

KEYBOARD_ID: Final = "com.drover.keyboard/.KeyboardService"
_CURRENT: Final = ("secure", "default_input_method")
_ENABLED: Final = ("secure", "enabled_input_methods")
_TOLD: Final[Mapping[str, tuple[str, str]]] = {
    "set": (" selected", "selected"), "enable": (": now enabled", "enabled"), "disable": (": now disabled", "disabled"),
}  # fmt: skip
"""What is said of a change by its verb: where it is done, and where it cannot be."""


def settings(phone: SimulatedPhone) -> Mapping[tuple[str, str], str]:
    """Return the settings, by namespace and key, that a phone has before anybody puts one."""
    return {
        ("system", "font_scale"): str(phone.handset.look.font_scale),
        _CURRENT: KEYBOARD_ID,
        _ENABLED: KEYBOARD_ID,
        ("secure", "show_ime_with_hard_keyboard"): "0",
    }


def input_method_dump(phone: SimulatedPhone, _words: Sequence[str]) -> list[str]:
    """Return the lines of `dumpsys input_method`."""
    keyboard = _keyboard(phone)
    method = current(phone)
    shown = "true" if keyboard.get("shown") else "false"
    layout = str(keyboard.get("layout", phone.handset.look.keyboard))
    subtype = f"mSubtypeLocale={keyboard.get('locale', 'en_US')} mSubtypeMode=keyboard extra=KeyboardLayoutSet={layout}"
    return [
        "INPUT METHOD MANAGER (dumpsys input_method)",
        "Current Input Method Manager state:",
        f"  mCurMethodId={method}",
        f"  mCurId={method} mHaveConnection=true mBoundToMethod=true",
        f"  mCurrentSubtype=InputMethodSubtype[{subtype}]",
        f"  mInputShown={shown}",
        f"    mIsInputViewShown={shown}",
    ]


def _keyboard(phone: SimulatedPhone) -> Mapping[str, JsonValue]:
    keyboard = phone.handset.state().get("keyboard")
    return keyboard if isinstance(keyboard, dict) else {}


def current(phone: SimulatedPhone) -> str:
    """Return the input method in use: what the settings name, while the phone has it."""
    named = phone.settings.get(_CURRENT, KEYBOARD_ID)
    return named if named in _installed(phone) else KEYBOARD_ID


def _installed(phone: SimulatedPhone) -> list[str]:
    return [KEYBOARD_ID, *typing_methods.installed(phone)]


def _enabled(phone: SimulatedPhone) -> list[str]:
    return phone.settings.get(_ENABLED, KEYBOARD_ID).split(":")


def _listed(phone: SimulatedPhone, options: Sequence[str]) -> Outcome:
    shown = [name for name in _installed(phone) if "-a" in options or name in _enabled(phone)]
    if "-s" in options:
        return printed(*shown)
    told = ((f"{name}:", f"  mId={name} mSettingsActivityName=null mIsVrOnly=false") for name in shown)
    return printed(*itertools.chain.from_iterable(told))


def _change(phone: SimulatedPhone, verb: str, name: str) -> Outcome:
    """Select, enable or disable an input method that the phone has; only what is enabled can be selected."""
    enabled = _enabled(phone)
    done, refused = _TOLD[verb]
    if name not in _installed(phone) or (verb == "set" and name not in enabled):
        return failed(f"Unknown input method {name} cannot be {refused} for user #{phone.users.current}", code=255)
    if verb == "set":
        phone.settings[_CURRENT] = name
    elif verb == "enable":
        phone.settings[_ENABLED] = ":".join(dict.fromkeys([*enabled, name]))
    else:
        phone.settings[_ENABLED] = ":".join(other for other in enabled if other != name)
        if phone.settings.get(_CURRENT) == name:
            phone.settings[_CURRENT] = KEYBOARD_ID
    return printed(f"Input method {name}{done} for user #{phone.users.current}")


async def _ime(session: Session, words: Sequence[str]) -> Outcome:
    phone = session.phone
    match list(words):
        case ["list", *options]:
            return _listed(phone, options)
        case [("set" | "enable" | "disable") as verb, *_, name]:
            return _change(phone, verb, name)
        case ["reset"]:
            phone.settings.pop(_CURRENT, None)
            phone.settings.pop(_ENABLED, None)
            return printed(f"Reset current and enabled IMEs for user #{phone.users.current}\n  Selected: {KEYBOARD_ID}")
        case _:
            return failed("ime <command>: list [-a] [-s], enable ID, disable ID, set ID, reset")


PROGRAMS: Final[Programs] = {"ime": Program(_ime)}
