"""Ports of this computer, to listen on."""

import socket
from typing import Final

from drover.kernel.errors import DroverError, Kind

LOOPBACK: Final = "127.0.0.1"


class PortTaken(DroverError):
    """A port that was asked for is in use."""

    kind = Kind.CONFLICT

    def __init__(self, port: int, detail: str, host: str = LOOPBACK) -> None:
        hint = "choose another --port, or leave it out"
        super().__init__(f"port {port} of {host} cannot be used ({detail})", hint=hint)
        self.port = port


def bound_socket(port: int, host: str = LOOPBACK) -> socket.socket:
    """Return a non-blocking socket bound to `port` (0: any free one) of an own address. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise PortTaken(port, (error.strerror or str(error)).lower(), host) from error
    return sock
