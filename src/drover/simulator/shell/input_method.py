"""What a phone tells of its on-screen keyboard: `ime`, `dumpsys input_method`, and the settings that name it."""

from collections.abc import Mapping, Sequence
from typing import Final

from drover.simulator.handset import JsonValue
from drover.simulator.phone import SimulatedPhone
from drover.simulator.shell.session import Outcome, Program, Programs, Session, failed, printed

KEYBOARD_ID: Final = "com.drover.keyboard/.KeyboardService"


def settings(phone: SimulatedPhone) -> Mapping[tuple[str, str], str]:
    """Return the settings, by namespace and key, that a phone has before anybody puts one."""
    return {
        ("system", "font_scale"): str(phone.handset.look.font_scale),
        ("secure", "default_input_method"): KEYBOARD_ID,
        ("secure", "enabled_input_methods"): KEYBOARD_ID,
        ("secure", "show_ime_with_hard_keyboard"): "0",
    }


def input_method_dump(phone: SimulatedPhone, _words: Sequence[str]) -> list[str]:
    """Return the lines of `dumpsys input_method`."""
    keyboard = _keyboard(phone)
    shown = "true" if keyboard.get("shown") else "false"
    layout = str(keyboard.get("layout", phone.handset.look.keyboard))
    subtype = f"mSubtypeLocale={keyboard.get('locale', 'en_US')} mSubtypeMode=keyboard extra=KeyboardLayoutSet={layout}"
    return [
        "INPUT METHOD MANAGER (dumpsys input_method)",
        "Current Input Method Manager state:",
        f"  mCurMethodId={KEYBOARD_ID}",
        f"  mCurrentSubtype=InputMethodSubtype[{subtype}]",
        f"  mInputShown={shown}",
        f"    mIsInputViewShown={shown}",
    ]


def _keyboard(phone: SimulatedPhone) -> Mapping[str, JsonValue]:
    keyboard = phone.handset.state().get("keyboard")
    return keyboard if isinstance(keyboard, dict) else {}


async def _ime(session: Session, words: Sequence[str]) -> Outcome:
    del session
    match list(words):
        case ["list", *options] if "-s" in options:
            return printed(KEYBOARD_ID)
        case ["list", *_]:
            return printed(f"{KEYBOARD_ID}:", f"  mId={KEYBOARD_ID} mSettingsActivityName=null mIsVrOnly=false")
        case [("set" | "enable") as verb, *_, name] if name == KEYBOARD_ID:
            told = "selected" if verb == "set" else "already enabled"
            return printed(f"Input method {name} {told} for user #0")
        case [("set" | "enable" | "disable"), *_, name]:
            return failed(f"Unknown input method {name} cannot be selected for user #0", code=255)
        case ["reset"]:
            return printed(f"Reset current and enabled IMEs for user #0\n  Selected: {KEYBOARD_ID}")
        case _:
            return failed("ime <command>: list [-a] [-s], enable ID, disable ID, set ID, reset")


PROGRAMS: Final[Programs] = {"ime": Program(_ime)}
