"""What a tile in Datadog said, kept in the session until the person is signed in and has chosen
an organisation."""

from __future__ import annotations

import time

from django.http import HttpRequest

from portal.connections import gateways
from portal.connections.domain import AddressRefusedError, Destination

INTENT = "connections.intent"
LIFETIME_SECONDS = 3600
"""Time to sign up, confirm an address and name an organisation; later it would surprise."""


def remember_intent(request: HttpRequest, destination: Destination | None) -> None:
    """Keep where the tile came from; None: the person says later where their Datadog is."""
    forget_intent(request)
    if destination is not None:
        kept = {"site": destination.site, "subdomain": destination.subdomain, "at": time.time()}
        request.session[INTENT] = kept


def intended_destination(request: HttpRequest) -> Destination | None:
    """The site that the tile named, if it did and not too long ago."""
    kept = request.session.get(INTENT)
    if not kept or time.time() - kept["at"] > LIFETIME_SECONDS:
        return None
    try:
        return gateways.check_destination(site=kept["site"], subdomain=kept["subdomain"])
    except AddressRefusedError:
        return None


def forget_intent(request: HttpRequest) -> None:
    request.session.pop(INTENT, None)
