"""The front door."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.accounts.models import User
from portal.accounts.selectors import memberships_of


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Lead a person to their organisation, or to making the first one."""
    memberships = memberships_of(user=cast(User, request.user))
    if memberships:
        return redirect("syncs:overview", memberships[0].organisation.slug)
    return redirect("accounts:organisation_new")
