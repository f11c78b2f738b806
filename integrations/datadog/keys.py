"""Whether an API key works, and whose it is.

https://docs.datadoghq.com/api/latest/authentication/ ; a new key may need some seconds to work, so
callers poll with a short backoff.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from integrations.core.errors import StopError
from integrations.core.secret import Secret
from integrations.datadog.sites import Addresses, Site
from integrations.datadog.status import is_page, raise_for
from integrations.datadog.words import json_of
from integrations.http.client import Answer, HttpClient

_FORM = re.compile(r"[0-9A-Za-z]{32,64}")
# Datadog's keys are 32 hexadecimal digits; anything longer or wider is let through to be judged.


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """``valid`` on that site; ``org_id`` is the organisation's UUID where Datadog tells it."""

    valid: bool
    org_id: str | None


def validate_api_key(
    http: HttpClient, *, addresses: Addresses, site: Site, api_key: Secret
) -> KeyCheck:
    """Ask /api/v1/validate, then /api/v2/validate for the organisation.

    A refused key (403 in JSON) is ``valid=False``, no error, and so is one that is no key by its
    form. Raises RetryLaterError, also for a page that a proxy put in between, and StopError when
    something other than Datadog answers.
    """
    if not _FORM.fullmatch(api_key.reveal()):
        return KeyCheck(valid=False, org_id=None)
    first = _get(http, addresses.url(site, "api", "/api/v1/validate"), api_key)
    if first.status in (401, 403) and not is_page(first):
        return KeyCheck(valid=False, org_id=None)
    raise_for(first, api_key, surface="intake")
    content = json_of(first)
    if not (isinstance(content, dict) and content.get("valid") is True):
        return KeyCheck(valid=False, org_id=None)
    second = _get(http, addresses.url(site, "api", "/api/v2/validate"), api_key)
    return KeyCheck(valid=True, org_id=_org_id(second, api_key))


def _get(http: HttpClient, url: str, api_key: Secret) -> Answer:
    headers = {"DD-API-KEY": api_key.reveal(), "Accept": "application/json"}
    return http.request("GET", url, headers=headers)


def _org_id(answer: Answer, api_key: Secret) -> str | None:
    """None where the newer endpoint is not served; a passing failure is raised instead."""
    try:
        raise_for(answer, api_key, surface="resource")
    except StopError:
        return None
    content = json_of(answer)
    data = content.get("data") if isinstance(content, dict) else None
    org_id = data.get("id") if isinstance(data, dict) else None
    return org_id if isinstance(org_id, str) and org_id else None
