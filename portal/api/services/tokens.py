"""API tokens: made, shown once, checked, revoked, and held to their rate."""

from __future__ import annotations

import hashlib
import math
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from portal.accounts.models import User
from portal.api.domain import ProblemError, Scope
from portal.api.gateways import Secret
from portal.api.models import ApiToken
from portal.api.selectors import live_token
from portal.syncs.database_time import DatabaseNow, seconds_from_now

PREFIX = "portal_token_"
"""What a scanner for leaked secrets, and our own logs, know a token by."""
_RANDOM_BYTES = 32

BURST_SECONDS = 10
"""The rate may be used up this far ahead: beats of many customers come at the same moment."""


def create_token(*, name: str, scopes: Iterable[Scope], by: User | None) -> tuple[ApiToken, Secret]:
    """Make a token. The second value is the token itself, which nothing can show again."""
    plain = Secret(PREFIX + secrets.token_urlsafe(_RANDOM_BYTES))
    token = ApiToken.objects.create(
        name=name,
        token_hash=_hash(plain.reveal()),
        last_four=plain.last_four,
        scopes=sorted(scopes),
        created_by=by,
    )
    return token, plain


def revoke_token(*, token: ApiToken) -> bool:
    """End a token at once; False when it was over already."""
    live = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True)
    return bool(live.update(revoked_at=timezone.now()))


def token_for(plain: str, *, scope: Scope) -> ApiToken:
    """Return the token of a request that may do this, and count the request against its rate."""
    token = live_token(_hash(plain))
    if token is None:
        raise ProblemError(
            "no-token",
            "The API token is unknown or has been revoked.",
            headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )
    if scope not in token.scopes:
        raise ProblemError(
            "missing-scope",
            f"The API token lacks the scope {scope}.",
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
        )
    _take_turn(token)
    return token


def _take_turn(token: ApiToken) -> None:
    """The generic cell rate algorithm in one conditional update, so that processes share it."""
    cost = timedelta(minutes=1) / settings.API_REQUESTS_PER_MINUTE
    after = ExpressionWrapper(
        Greatest(F("free_at"), DatabaseNow()) + Value(cost), output_field=DateTimeField()
    )
    in_turn = ApiToken.objects.filter(pk=token.pk, free_at__lte=seconds_from_now(BURST_SECONDS))
    with transaction.atomic(), connection.cursor() as cursor:
        # What a crash takes away here is a count: not worth waiting for the disk on every request.
        cursor.execute("SET LOCAL synchronous_commit TO off")
        taken = in_turn.update(free_at=after, last_used_at=DatabaseNow())
    if taken:
        return
    wait = token.free_at - timezone.now() - timedelta(seconds=BURST_SECONDS)
    raise ProblemError(
        "too-many-requests",
        f"This API token may make {settings.API_REQUESTS_PER_MINUTE:,} requests a minute.",
        headers={"Retry-After": str(max(1, math.ceil(wait.total_seconds())))},
    )


def _hash(plain: str) -> bytes:
    return hashlib.sha256(plain.encode()).digest()
