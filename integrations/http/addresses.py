"""Which IP addresses are the public internet, and which lead inside. Resolves nothing.

Follows IANA's special-purpose registries (RFC 6890), stricter where an address carries another.
"""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_GLOBAL_UNICAST = IPv6Network("2000::/3")
# All that IANA has given out for the internet (RFC 4291, section 2.4).
_NAT64 = IPv6Network("64:ff9b::/96")
# An IPv6-only network reaches IPv4 through it, so public hosts may resolve to it (RFC 6052).
_COMPATIBLE = IPv6Network("::/96")
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)
# The upper half of an interface id that ends in an IPv4 address (RFC 5214, section 6.1).

_INSIDE: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "168.63.129.16/32",  # Azure's platform, on every virtual machine
        "192.0.0.0/24",  # IETF protocols; Oracle's metadata is at 192.0.0.192
        "192.88.99.0/24",  # relays of 6to4, gone since RFC 7526
        "2001::/23",  # IETF protocols: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation, RFC 9637; newer than some Pythons
        "5f00::/16",  # segment routing, RFC 9602
        "64:ff9b:1::/48",  # NAT64 inside of one network, RFC 8215
    )
)


def is_public(address: Address) -> bool:
    """True when the address, and every address it carries, is a host on the public internet."""
    if any(address in network for network in _INSIDE):
        return False
    if isinstance(address, IPv6Address):
        return _is_public_v6(address)
    return address.is_global and not (address.is_multicast or address.is_reserved)


def is_within(address: Address, networks: tuple[Network, ...]) -> bool:
    """True when one of the networks has the address, or the IPv4 address that it maps."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return any(address in network or (mapped and mapped in network) for network in networks)


def _is_public_v6(address: IPv6Address) -> bool:
    carried = _carried(address)
    if address.ipv4_mapped is not None or address in _NAT64:
        return all(map(is_public, carried))
    return address in _GLOBAL_UNICAST and address.is_global and all(map(is_public, carried))


def _carried(address: IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses inside, by which a packet may leave IPv6 again."""
    number = int(address)
    last = IPv4Address(number & 0xFFFF_FFFF)
    found = [part for part in (address.ipv4_mapped, address.sixtofour) if part is not None]
    found += address.teredo or ()
    if address in _NAT64 or address in _COMPATIBLE or (number >> 32) & 0xFFFF_FFFF in _ISATAP:
        found.append(last)
    return found
