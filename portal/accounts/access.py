"""Guards of views: who may see an organisation's pages, and who the vendor's.

A stranger gets 404, so that nobody learns which organisations exist; a member without the right
gets 403.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from portal.accounts.domain import Permission, VendorGroup
from portal.accounts.models import User
from portal.accounts.selectors import Member, is_in_group, member_at
from portal.common.tenancy import tenant

P = ParamSpec("P")


class OrganisationRequest(HttpRequest):
    """A request of a signed-in member; the guards put ``member`` on it."""

    member: Member
    user: User
    htmx: HtmxDetails


View = Callable[Concatenate[OrganisationRequest, P], HttpResponseBase]
Guarded = Callable[..., HttpResponseBase]


def organisation_view(
    permission: Permission = Permission.VIEW, *, in_transaction: bool = True
) -> Callable[[View[P]], Guarded]:
    """Guard a view whose URL starts with the organisation's ``slug``.

    By default the view runs inside ``tenant()``. A view that calls Datadog passes
    ``in_transaction=False`` and opens ``tenant()`` around its own reads and writes.
    """

    def decorate(view: View[P]) -> Guarded:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            member = member_at(user=cast(User, request.user), slug=slug)
            if member is None:
                raise Http404("No such organisation.")
            asked = cast(OrganisationRequest, request)
            asked.member = member
            if not member.may(permission):
                raise PermissionDenied(
                    f"Your role here is {member.role}. Ask an owner or admin of "
                    f"{member.organisation.name} to do this or to change your role."
                )
            if not in_transaction:
                return view(asked, *args, **kwargs)
            with tenant(member.organisation.id):
                return view(asked, *args, **kwargs)

        return guarded

    return decorate


def vendor_view(*groups: VendorGroup) -> Callable[[Guarded], Guarded]:
    """Guard a view for the vendor's own people of these groups; others get 404."""

    def decorate(view: Guarded) -> Guarded:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = cast(User, request.user)
            if not any(is_in_group(user=user, group=group) for group in groups):
                raise Http404("No such page.")
            return view(request, *args, **kwargs)

        return guarded

    return decorate
