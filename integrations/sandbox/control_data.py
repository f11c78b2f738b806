"""Control calls about data: what was accepted, what is to be read back, settings, starting over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import msgspec
import orjson

from integrations.sandbox.answers import refuse
from integrations.sandbox.limits import RateLimit
from integrations.sandbox.logs import wrong_field
from integrations.sandbox.orders import (
    BAD_REQUEST,
    ResetOrder,
    SeedMetric,
    SeedOrder,
    SettingsOrder,
    check_site,
    convert_item,
)
from integrations.sandbox.registry import Organisation
from integrations.sandbox.shelves import Resource
from integrations.sandbox.store import DATA_TYPES, Head, KeptDocument
from integrations.sandbox.world import World

_DEFAULT_ITEMS = 100


def items(world: World, query: Mapping[str, str]) -> dict[str, Any]:
    """Newest first. ``total`` counts all that were accepted, also those no longer kept."""
    data_type, site = query.get("type", ""), query.get("site") or None
    if data_type not in DATA_TYPES:
        raise refuse(BAD_REQUEST, f"type: must be one of {', '.join(DATA_TYPES)}")
    check_site("site", site)
    limit = query.get("limit", str(_DEFAULT_ITEMS))
    if not limit.isdecimal():
        raise refuse(BAD_REQUEST, "limit: must be a whole number")
    return {
        "items": world.store.items(data_type, site=site, limit=int(limit)),
        "total": world.store.total(data_type, site=site),
    }


def stats(world: World) -> dict[str, Any]:
    return world.store.stats()


def seed(world: World, order: SeedOrder) -> dict[str, Any]:
    """Objects to be read back; they are not "accepted" and do not show among the items."""
    organisation = world.registry.organisation(order.address)
    sow = {"metrics": _seed_metric, "logs": _seed_log, "monitors": _seed_monitor}[order.type]
    for number, item in enumerate(order.items):
        sow(world, organisation, item, number)
    return {"seeded": len(order.items), "org_id": organisation.id}


def _seed_metric(
    world: World, organisation: Organisation, item: dict[str, Any], number: int
) -> None:
    metric = convert_item(SeedMetric, item, number=number)
    head = Head(metric.metric, metric.type, metric.host, metric.tags)
    series = world.store.series(organisation, head)
    points = [(series, timestamp, value) for timestamp, value in metric.points]
    world.store.write_points(points, limit=world.settings.items_kept)


def _seed_log(world: World, organisation: Organisation, item: dict[str, Any], number: int) -> None:
    wrong = wrong_field(item)
    if wrong:
        raise refuse(BAD_REQUEST, f"items[{number}].{wrong}")
    kept = KeptDocument(organisation, world.now(), orjson.dumps(item))
    world.store.seeded_logs.append(kept)


def _seed_monitor(
    world: World, organisation: Organisation, item: dict[str, Any], number: int
) -> None:
    monitor_id = item.get("id", len(world.store.shelves["monitors"].of(organisation)) + 1)
    if not isinstance(monitor_id, int):
        raise refuse(BAD_REQUEST, f"items[{number}].id: must be a whole number")
    seeded = Resource(organisation, world.now(), {**item, "id": monitor_id}, seeded=True)
    limit = world.settings.items_kept
    world.store.add_resource("monitors", str(monitor_id), seeded, limit=limit)


def reset(world: World, order: ResetOrder) -> dict[str, Any]:
    world.reset(keep_credentials=order.keep_credentials)
    return {"reset": True}


def settings(world: World) -> dict[str, Any]:
    limits = {name: asdict(limit) for name, limit in world.rate_limits.items()}
    return {**asdict(world.settings), "rate_limits": limits}


def change_settings(world: World, order: SettingsOrder) -> dict[str, Any]:
    """Only what is named changes; from the next request on."""
    changes = {
        name: value
        for name in order.__struct_fields__
        if (value := getattr(order, name)) is not msgspec.UNSET
    }
    limits = changes.pop("rate_limits", {})
    unknown = sorted(set(limits) - set(world.rate_limits))
    if unknown:
        raise refuse(BAD_REQUEST, f"rate_limits: no such bucket: {', '.join(unknown)}")
    for name, value in changes.items():
        setattr(world.settings, name, value)
    for name, limit in limits.items():
        world.rate_limits[name] = RateLimit(limit.limit, limit.period)
    return settings(world)
