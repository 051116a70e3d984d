"""Commands on the system: getprop, settings, id, date and the like."""

from collections.abc import Mapping, Sequence
from typing import Final

from drover.simulator.phone import SimulatedPhone
from drover.simulator.shell import input_method
from drover.simulator.shell.session import USAGE_CODE, Outcome, Program, Programs, Session, failed, printed

_IDENTITY: Final = "uid=2000(shell) gid=2000(shell) groups=2000(shell),1004(input),3003(inet) context=u:r:shell:s0"


def properties(phone: SimulatedPhone) -> Mapping[str, str]:
    """Return what `getprop` knows."""
    identity = phone.identity
    product = identity.product
    build = f"{product}-user {identity.android} SIM.1 1 release-keys"
    return {
        "dev.bootcomplete": "1",
        "gsm.sim.state": "ABSENT",
        "init.svc.adbd": "running",
        "persist.sys.locale": "en-US",
        "persist.sys.timezone": "UTC",
        "ro.build.characteristics": "default",
        "ro.build.display.id": build,
        "ro.build.fingerprint": f"drover/{product}/{product}:{identity.android}/SIM.1/1:user/release-keys",
        "ro.build.id": "SIM.1",
        "ro.build.type": "user",
        "ro.build.version.release": identity.android,
        "ro.build.version.sdk": str(identity.sdk),
        "ro.debuggable": "0",
        "ro.kernel.qemu": "",
        "ro.product.brand": "drover",
        "ro.product.cpu.abi": "arm64-v8a",
        "ro.product.cpu.abilist": "arm64-v8a,armeabi-v7a,armeabi",
        "ro.product.device": identity.product,
        "ro.product.locale": "en-US",
        "ro.product.manufacturer": identity.manufacturer,
        "ro.product.model": identity.model,
        "ro.product.name": identity.product,
        "ro.secure": "1",
        "ro.serialno": identity.hardware_serial,
        "ro.sf.lcd_density": str(phone.density),
        "sys.boot_completed": "1",
    }


async def _getprop(session: Session, words: Sequence[str]) -> Outcome:
    known = properties(session.phone)
    if words:
        return printed(known.get(words[0]) or "".join(words[1:2]))
    return printed(*(f"[{name}]: [{value}]" for name, value in known.items() if value))


async def _settings(session: Session, words: Sequence[str]) -> Outcome:
    kept = session.phone.settings
    known = {**input_method.settings(session.phone), **kept}
    rest = list(words[2:]) if words[:1] == ["--user"] else list(words)
    match rest:
        case ["get", ("system" | "secure" | "global") as namespace, key]:
            return printed(known.get((namespace, key), "null"))
        case ["put", ("system" | "secure" | "global") as namespace, key, value, *_]:
            kept[namespace, key] = value
            return Outcome()
        case ["delete", ("system" | "secure" | "global") as namespace, key]:
            deleted = 1 if kept.pop((namespace, key), None) is not None else 0
            return printed(f"Deleted {deleted} rows")
        case ["list", ("system" | "secure" | "global") as namespace]:
            return printed(*(f"{key}={value}" for (space, key), value in sorted(known.items()) if space == namespace))
        case _:
            usage = "Invalid arguments: settings get|put|delete|list system|secure|global KEY [VALUE]"
            return failed(usage, code=USAGE_CODE)


async def _id(_session: Session, words: Sequence[str]) -> Outcome:
    return printed("2000" if "-u" in words else _IDENTITY)


async def _whoami(_session: Session, _words: Sequence[str]) -> Outcome:
    return printed("shell")


async def _date(session: Session, words: Sequence[str]) -> Outcome:
    form = words[0] if words else "+%a %b %e %H:%M:%S UTC %Y"
    if not form.startswith("+"):
        return failed("date: a simulated phone's clock is not set from outside")
    seconds = str(session.now_s())
    return printed(session.wall().strftime(form[1:].replace("%s", seconds)))


async def _uptime(session: Session, words: Sequence[str]) -> Outcome:
    minutes = int(session.phone.uptime_s // 60)
    if "-s" in words:
        return failed("uptime: -s is not known")
    spent = f"{minutes // 60}:{minutes % 60:02d}"
    return printed(f" {session.wall():%H:%M:%S} up {spent},  0 users,  load average: 0.10, 0.10, 0.10")


async def _uname(_session: Session, words: Sequence[str]) -> Outcome:
    return printed("Linux localhost 5.15.0-sim #1 SMP PREEMPT aarch64 Android" if "-a" in words else "Linux")


PROGRAMS: Final[Programs] = {
    "getprop": Program(_getprop),
    "settings": Program(_settings),
    "id": Program(_id),
    "whoami": Program(_whoami),
    "date": Program(_date),
    "uptime": Program(_uptime),
    "uname": Program(_uname),
}
