"""Masks secrets in other people's words before they are shown, logged or stored."""

from __future__ import annotations

import re

from integrations.core.secret import Secret

_MASK = "***"

# Keys are 32 (API) or 40 (application) hex characters; longer runs are masked too, so that a
# secret glued to another one does not slip through.
_HEX = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{32,}(?![0-9A-Za-z])")
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){1,4}")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}")
# Datadog's prefixed tokens (ddapp_, ddpat_, ddoat_ …).
_PREFIXED = re.compile(r"\bdd[a-z]{2,8}_[A-Za-z0-9_-]{8,}")
# name=value and "name": "value" for the names that carry secrets in OAuth and in key headers; the
# short names only as form fields, since "code: Forbidden" is no secret.
_NAMED = re.compile(
    r"(?i)\b((?:client_secret|code_verifier|access_token|refresh_token|api_?key|password"
    r"|app(?:lication)?_?key|dd-api-key|dd-application-key)[\"']?\s*[=:]\s*[\"']?"
    r"|(?:token|code|key)=)[A-Za-z0-9._~+/%=-]{6,}"
)


def redact(text: str, *known: Secret) -> str:
    """Return ``text`` with every secret of ``known`` and all that looks like one as stars."""
    for secret in known:
        text = text.replace(secret.reveal(), _MASK)
    text = _NAMED.sub(rf"\g<1>{_MASK}", text)
    text = _BEARER.sub(rf"\g<1> {_MASK}", text)
    for pattern in (_JWT, _PREFIXED, _HEX):
        text = pattern.sub(_MASK, text)
    return text
