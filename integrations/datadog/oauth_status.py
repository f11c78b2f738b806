"""What a token or revoke endpoint's refusal means: a table of RFC 6749 error codes.

https://www.rfc-editor.org/rfc/rfc6749#section-5.2
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from integrations.core.errors import GrantRevokedError, StopError
from integrations.core.secret import Secret
from integrations.datadog.status import raise_for
from integrations.datadog.words import json_of, words_of
from integrations.http.client import Answer


class CodeRefusedError(GrantRevokedError):
    """The authorisation code is spent or expired, or the verifier does not belong to it."""


class ClientRefusedError(StopError):
    """Datadog does not take the vendor's client: only the vendor can mend it."""


_VENDOR = "The vendor has to correct the OAuth client's id, secret, redirect URI or scopes."
_AGAIN = "Link Datadog again; your mappings and history stay."

_ERROR_CODES: Mapping[str, tuple[type[StopError], str, str]] = MappingProxyType(
    {
        "invalid_grant": (GrantRevokedError, "Datadog no longer honours the grant", _AGAIN),
        "invalid_client": (ClientRefusedError, "Datadog refused the OAuth client", _VENDOR),
        "unauthorized_client": (ClientRefusedError, "Datadog refused the OAuth client", _VENDOR),
        "invalid_scope": (ClientRefusedError, "Datadog refused the scopes", _VENDOR),
        "invalid_request": (ClientRefusedError, "Datadog refused the request", _VENDOR),
        "unsupported_grant_type": (ClientRefusedError, "Datadog refused the request", _VENDOR),
    }
)


def raise_for_token(answer: Answer, *known: Secret) -> None:
    """Return for a 2xx, else raise: by RFC 6749 code for 400 and 401, by status for the rest.

    GrantRevokedError, ClientRefusedError, StopError or RetryLaterError.
    """
    content = json_of(answer) if answer.status in (400, 401) else None
    code = content.get("error") if isinstance(content, dict) else None
    known_code = _ERROR_CODES.get(code) if isinstance(code, str) else None
    if known_code is None and answer.status == 401:
        # "Confidential client without secret 401" (Datadog's endpoint reference).
        known_code = _ERROR_CODES["invalid_client"]
    if known_code is None:
        raise_for(answer, *known, surface="resource")
        return
    error, start, fix = known_code
    raise error(f"{start} (status {answer.status}: {words_of(answer, *known)}).", fix=fix)
