"""The UI tree of one phone: from uiautomator2's service while that runs, else from `uiautomator dump`.

Android lets one of them in at a time: while the service runs, `uiautomator dump` fails.
"""

from typing import Final

from drover.devices.errors import DeviceGarbage, DeviceTimeout
from drover.devices.uitree import UiNode
from drover.drivers.adb import rpc, uixml
from drover.drivers.adb.line import PhoneLine
from drover.drivers.adb.u2 import U2Service
from drover.drivers.adb.ways import WayClosed

_FILE: Final = "/data/local/tmp/drover-ui.xml"
_MOST_DEPTH: Final = 100


async def ui_tree(line: PhoneLine, service: U2Service | None, deadline_s: float) -> UiNode:
    """Return the root of the UI tree. Raises DeviceError."""
    if service is not None:
        try:
            said = await service.call(
                "dumpWindowHierarchy", False, _MOST_DEPTH, doing="ui tree", deadline_s=deadline_s / 2
            )
            return uixml.parse(str(said).encode())
        except (WayClosed, rpc.CallFailed, uixml.NotATree, DeviceGarbage, DeviceTimeout):
            # It is free to be asked again, whatever went wrong; what remains wrong shows below.
            return await _dumped(line, deadline_s / 2)
    return await _dumped(line, deadline_s)


async def _dumped(line: PhoneLine, deadline_s: float) -> UiNode:
    """Return what `uiautomator dump` tells; through a file where the phone does not print it."""
    output = await line.shell("uiautomator dump /dev/tty", "ui tree", deadline_s)
    try:
        return uixml.parse(uixml.extract(bytes(output.stdout)))
    except uixml.NotATree:
        output = await line.shell(f"uiautomator dump {_FILE} && cat {_FILE}", "ui tree", deadline_s)
    try:
        return uixml.parse(uixml.extract(bytes(output.stdout + output.stderr)))
    except uixml.NotATree as error:
        raise await line.garbage("ui tree", str(error)) from error
