"""Where an AI may be: https to the host in the settings, at an address of the public internet or of a listed network.

The check is of the addresses that are connected to, not of the name, so a name that leads elsewhere a moment later
gains nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

import httpx2

from drover.ai.errors import AddressRefused
from drover.kernel.errors import InvalidInput

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_PORTS: Final = {"https": 443, "http": 80}
_NAT64: Final = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
"""RFC 6052 and RFC 8215: the last 32 bits are an IPv4 address that a gateway leads to."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A checked base address, without a slash at its end; `networks` are allowed beside the public internet."""

    url: str
    scheme: str
    host: str
    port: int
    networks: tuple[Network, ...] = ()


def endpoint_of(url: str, networks: str = "") -> Endpoint:
    """Return what ai_url and ai_networks come to. Raises InvalidInput naming the setting."""
    try:
        parsed = httpx2.URL(url)
        host = parsed.host
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise InvalidInput(f"setting ai_url: is no address ({error})", hint=_URL_HINT) from error
    if parsed.scheme not in _PORTS or not host:
        raise InvalidInput("setting ai_url: is no https address", hint=_URL_HINT)
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise InvalidInput("setting ai_url: has a user, a query or a fragment", hint="a key belongs in DROVER_AI_KEY")
    allowed = networks_of(networks)
    if parsed.scheme == "http" and not any(network.is_loopback for network in allowed):
        raise InvalidInput(
            "setting ai_url: plain http would show the key and the prompts to everyone on the way",
            hint="use https; for a server on this computer, set ai_networks to 127.0.0.1",
        )
    port = parsed.port or _PORTS[parsed.scheme]
    ascii_host = parsed.raw_host.decode("ascii").strip("[]")
    return Endpoint(str(parsed).rstrip("/"), parsed.scheme, ascii_host, port, allowed)


def networks_of(listed: str) -> tuple[Network, ...]:
    """Return `127.0.0.1, 10.0.5.0/24` as networks. Raises InvalidInput."""
    try:
        return tuple(ip_network(part.strip()) for part in listed.split(",") if part.strip())
    except ValueError as error:
        raise InvalidInput(
            f"setting ai_networks: {error}", hint="write 127.0.0.1 or 10.0.5.0/24, with commas"
        ) from None


def checked(endpoint: Endpoint, addresses: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses, all of which may be connected to. Raises AddressRefused for the first that may not."""
    for written in addresses:
        address = ip_address(written)
        reason = _why_not(endpoint, address)
        if reason:
            raise AddressRefused(endpoint.host, written, reason)
    return tuple(addresses)


def _why_not(endpoint: Endpoint, address: Address) -> str:
    """Return why nothing is sent to the address, or nothing where it is."""
    reached = _embedded(address)
    if endpoint.scheme == "http" and not reached.is_loopback:
        return "not this computer, for plain http"
    if any(reached in network for network in endpoint.networks):
        return ""
    if reached.is_link_local:
        return "link-local, where clouds keep their credentials"
    if reached.is_loopback:
        return "this computer"
    if not reached.is_global or reached.is_multicast or reached.is_reserved:
        return "not on the public internet"
    return ""


def _embedded(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address leads to, if it does; else the address."""
    if isinstance(address, IPv4Address):
        return address
    if any(address in network for network in _NAT64):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    teredo = address.teredo[1] if address.teredo is not None else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


_URL_HINT: Final = "write https://host/v1"
