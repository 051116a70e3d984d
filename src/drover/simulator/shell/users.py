"""Commands on the phone's users: `am switch-user`, `pm create-user` and the like, and the option `--user`."""

from collections.abc import Sequence

from drover.simulator.handset import Handset
from drover.simulator.profiles import Act
from drover.simulator.shell.session import USAGE_CODE, Outcome, Session, failed, printed
from drover.simulator.users import OWNER, UserRefused

_ADMIN_FLAGS, _SECONDARY_FLAGS = "c13", "410"


def apart(words: Sequence[str]) -> tuple[str, list[str]]:
    """Return what `--user` is given, `current` without it, and the other words."""
    rest = list(words)
    if "--user" not in rest[:-1]:
        return "current", rest
    place = rest.index("--user")
    wanted = rest[place + 1]
    del rest[place : place + 2]
    return wanted, rest


def number(session: Session, wanted: str) -> int:
    """Return the number of the user that `--user` names; `current` and `all` are who is in front.

    Raises UserRefused for one that does not exist.
    """
    if wanted in {"current", "all", "cur"}:
        return session.phone.users.current
    if not wanted.isdecimal() or int(wanted) not in session.phone.users.names:
        raise UserRefused(f"Invalid user ID {wanted}")
    return int(wanted)


def handset(session: Session, wanted: str) -> Handset:
    """Return what belongs to the user that `--user` names. Raises UserRefused."""
    return session.phone.users.of(number(session, wanted))


async def activity(session: Session, words: Sequence[str]) -> Outcome | None:
    """Run what `am` does with users, or return None for other words."""
    match list(words):
        case ["get-current-user"]:
            await session.phone.delays.take(Act.SHELL)
            return printed(str(session.phone.users.current))
        case ["switch-user", *rest]:
            return await _switch(session, [word for word in rest if word != "-w"], wait="-w" in rest)
        case _:
            return None


async def package(session: Session, words: Sequence[str]) -> Outcome | None:
    """Run what `pm` does with users, or return None for other words."""
    match list(words):
        case ["list", "users"]:
            return printed("Users:", *(f"\t{line}" for line in _listed(session)))
        case ["create-user", *options, name] if all(option.startswith("-") for option in options):
            try:
                made = session.phone.users.create(name)
            except UserRefused as refused:
                return failed(f"Error: {refused.message}")
            return printed(f"Success: created user id {made}")
        case ["remove-user", wanted]:
            try:
                session.phone.users.remove(number(session, wanted))
            except UserRefused as refused:
                return failed(f"Error: {refused.message}")
            return printed("Success: removed user")
        case _:
            return None


async def _switch(session: Session, words: Sequence[str], *, wait: bool) -> Outcome:
    if len(words) != 1:
        return failed("Error: am switch-user needs one user", code=USAGE_CODE)
    try:
        await session.phone.switch_user(number(session, words[0]), wait=wait)
    except UserRefused:
        return failed(f"Error: Failed to switch to user {words[0]}")
    return Outcome()


def _listed(session: Session) -> list[str]:
    users = session.phone.users
    return [
        f"UserInfo{{{user}:{name}:{_ADMIN_FLAGS if user == OWNER else _SECONDARY_FLAGS}}}"
        + (" running" if user in {OWNER, users.current} else "")
        for user, name in users.names.items()
    ]
