"""``/_sandbox/…``: what a test or a demo tells the stand-in, and asks it. Loopback only.

The table at the end is the whole interface.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from aiohttp import web

from integrations.sandbox import control_accounts as accounts
from integrations.sandbox import control_data as data
from integrations.sandbox import control_faults as faults
from integrations.sandbox.answers import json_answer, refuse
from integrations.sandbox.orders import (
    AnyOrder,
    AppOrder,
    ClientAtAddress,
    ClientOrder,
    CredentialsOrder,
    FaultOrder,
    KeyOrder,
    ResetOrder,
    SeedOrder,
    SettingsOrder,
    read_order,
)
from integrations.sandbox.world import World

PREFIX = "/_sandbox/"
FORBIDDEN, NOT_FOUND = 403, 404

Control = Callable[[World, web.Request, bytes], object]


def is_loopback(peer: str | None) -> bool:
    """Whether the other end of the connection is this machine."""
    try:
        return ip_address(peer or "").is_loopback
    except ValueError:
        return False


def answer(world: World, request: web.Request, body: bytes) -> web.Response:
    if not is_loopback(request.remote):
        raise refuse(FORBIDDEN, "The sandbox's controls answer on the loopback interface only")
    control = _CONTROLS.get((request.method, request.path.removeprefix(PREFIX)))
    if control is None:
        message = f"No such control: {request.method} {request.path}"
        known = [f"{method} {PREFIX}{name}" for method, name in _CONTROLS]
        return json_answer({"errors": [message], "known": known}, status=NOT_FOUND)
    return json_answer(control(world, request, body))


def _told(kind: type[AnyOrder], obey: Callable[[World, AnyOrder], object]) -> Control:
    return lambda world, request, body: obey(world, read_order(kind, body))


def _asked(look: Callable[[World], object]) -> Control:
    return lambda world, request, body: look(world)


_CONTROLS: dict[tuple[str, str], Control] = {
    ("POST", "credentials"): _told(CredentialsOrder, accounts.make_credentials),
    ("POST", "clients"): _told(ClientOrder, accounts.register_client),
    ("POST", "apps"): _told(AppOrder, accounts.switch_app),
    ("POST", "uninstall"): _told(ClientAtAddress, accounts.uninstall),
    ("POST", "keys/revoke"): _told(KeyOrder, accounts.revoke_key),
    ("POST", "keys/restore"): _told(KeyOrder, accounts.restore_key),
    ("GET", "items"): lambda world, request, body: data.items(world, request.query),
    ("GET", "stats"): _asked(data.stats),
    ("POST", "seed"): _told(SeedOrder, data.seed),
    ("POST", "reset"): _told(ResetOrder, data.reset),
    ("GET", "settings"): _asked(data.settings),
    ("POST", "settings"): _told(SettingsOrder, data.change_settings),
    ("GET", "faults"): _asked(faults.list_faults),
    ("POST", "faults"): _told(FaultOrder, faults.add_fault),
    ("DELETE", "faults"): _asked(faults.clear_faults),
}
