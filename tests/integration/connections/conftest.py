"""What the tests of connections start with: a registered client, a customer, no opened keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.utils import timezone

from portal.accounts.models import Organisation, User
from portal.common.tenancy import tenant
from portal.connections.domain import Destination, RedirectAnswer
from portal.connections.models import Connection, OAuthClient
from portal.connections.services.attending import attend_connection
from portal.connections.services.clients import save_oauth_client
from portal.connections.services.finishing import finish_authorization
from portal.connections.services.starting import start_authorization
from portal.connections.vault import forget_data_keys
from tests.factories import UserFactory, make_organisation
from tests.integration.sandbox import Sandbox

SCOPES = ["api_keys_write", "metrics_read"]
CLIENT_SECRET = "planted-client-secret-0123456789"


@pytest.fixture(autouse=True)
def _no_open_data_keys() -> Iterator[None]:
    yield
    forget_data_keys()


@pytest.fixture
def oauth_client(db: None, sandbox: Sandbox) -> OAuthClient:
    """The vendor's client, known to the portal and to the sandbox."""
    return register_client(sandbox)


def register_client(sandbox: Sandbox, *, client_id: str = "client-1", **order: Any) -> OAuthClient:
    given = {"scopes": SCOPES, "client_secret": CLIENT_SECRET, "name": "Nimbus Cloud", **order}
    redirect_uris = [f"{settings.PORTAL_BASE_URL}/connect/callback/"]
    sandbox.tell("clients", client_id=client_id, redirect_uris=redirect_uris, **given)
    return save_oauth_client(
        name="Nimbus Cloud",
        client_id=client_id,
        client_secret=CLIENT_SECRET,
        scopes=given["scopes"],
    )


@dataclass
class Customer:
    """A person with an organisation, and their way through Datadog's consent."""

    sandbox: Sandbox
    user: User = field(default_factory=UserFactory)
    session_key: str = "session-of-the-browser"
    organisation: Organisation = field(init=False)

    def __post_init__(self) -> None:
        self.organisation = make_organisation(owner=self.user)

    def start(self, site: str = "datadoghq.eu", subdomain: str = "") -> str:
        return start_authorization(
            organisation_id=self.organisation.id,
            destination=Destination(site, subdomain),
            by=self.user,
            session_key=self.session_key,
        )

    def finish(self, carried: dict[str, str]) -> Connection:
        return finish_authorization(
            answer=answer_of(carried), by=self.user, session_key=self.session_key
        )

    def link(self, site: str = "datadoghq.eu", subdomain: str = "") -> Connection:
        return self.finish(self.sandbox.consent(self.start(site, subdomain)))

    def link_fully(self, site: str = "datadoghq.eu", subdomain: str = "") -> Connection:
        """Linked, with a key that works."""
        connection = self.link(site, subdomain)
        self.let_keys_propagate()
        return self.attend(connection.id)

    def let_keys_propagate(self) -> None:
        """Time passes at Datadog: a key that was too young is taken everywhere."""
        ahead = self.sandbox.ask("settings")["clock_ahead_seconds"]
        self.sandbox.tell("settings", clock_ahead_seconds=ahead + 5)

    def attend(self, connection_id: UUID) -> Connection:
        """Take the background step now, however far ahead it is due."""
        self.make_due()
        attend_connection(organisation_id=self.organisation.id, connection_id=connection_id)
        return self.look(connection_id)

    def make_due(self, **changes: object) -> None:
        """Let the moment come that background steps wait for."""
        with tenant(self.organisation.id):
            due = Connection.objects.filter(check_at__isnull=False)
            due.update(check_at=timezone.now(), **changes)

    def look(self, connection_id: UUID) -> Connection:
        with tenant(self.organisation.id):
            return Connection.objects.select_related("client").get(id=connection_id)


@pytest.fixture
def customer(oauth_client: OAuthClient, sandbox: Sandbox) -> Customer:
    return Customer(sandbox)


def answer_of(carried: dict[str, str]) -> RedirectAnswer:
    """The redirect's parameters as the view hands them over."""
    return RedirectAnswer(
        state=carried.get("state", ""),
        code=carried.get("code", ""),
        error=carried.get("error", ""),
        error_description=carried.get("error_description", ""),
        domain=carried.get("domain", ""),
        datadog_org_id=carried.get("dd_oid", ""),
        datadog_org_name=carried.get("dd_org_name", ""),
    )
