"""The nine Datadog sites and every host of each; the only builder of Datadog's URLs.

A site, domain or host that does not derive from this table is refused before any request.
Knows no HTTP: it turns names into addresses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from integrations.core.errors import RefusedHostError

_CHOOSE_A_SITE = "Choose one of Datadog's sites, for example datadoghq.com or datadoghq.eu."


@dataclass(frozen=True, slots=True)
class Site:
    """One Datadog site.

    ``domain`` is what Datadog calls the site ("us3.datadoghq.com"), ``label`` its short name
    ("US3"), ``region`` where it stands, ``app_host`` the host that people open. ``otlp`` tells
    whether Datadog names an OTLP intake there, ``government`` whether it is a FedRAMP site.
    """

    domain: str
    label: str
    region: str
    app_host: str
    otlp: bool = True
    government: bool = False


# https://docs.datadoghq.com/getting_started/site/ : only these three have an "app." host of their
# own. OTLP hosts are documented for six sites, for UK1 and the government sites none is named.
SITES: tuple[Site, ...] = (
    Site("datadoghq.com", "US1", "United States (AWS)", "app.datadoghq.com"),
    Site("us3.datadoghq.com", "US3", "United States (Azure)", "us3.datadoghq.com"),
    Site("us5.datadoghq.com", "US5", "United States (Google Cloud)", "us5.datadoghq.com"),
    Site("ap1.datadoghq.com", "AP1", "Asia Pacific (Japan)", "ap1.datadoghq.com"),
    Site("ap2.datadoghq.com", "AP2", "Asia Pacific (Australia)", "ap2.datadoghq.com"),
    Site("uk1.datadoghq.com", "UK1", "United Kingdom", "uk1.datadoghq.com", otlp=False),
    Site("datadoghq.eu", "EU1", "Europe (Germany)", "app.datadoghq.eu"),
    Site(
        "ddog-gov.com",
        "US1-FED",
        "United States (government)",
        "app.ddog-gov.com",
        otlp=False,
        government=True,
    ),
    Site(
        "us2.ddog-gov.com",
        "US2-FED",
        "United States (government)",
        "us2.ddog-gov.com",
        otlp=False,
        government=True,
    ),
)

# Every host but the app host is "<service>.<domain>".
SERVICES: tuple[str, ...] = (
    "app",
    "api",
    "http-intake.logs",
    "event-management-intake",
    "otlp",
    "trace.agent",
)

_BY_DOMAIN = {site.domain: site for site in SITES}
# Longest first: us3.datadoghq.com is a site of its own, never a custom subdomain of US1.
_LONGEST_FIRST = tuple(sorted(SITES, key=lambda site: len(site.domain), reverse=True))

# One DNS label in lower-case ASCII; \Z and not $, which would let a trailing newline through.
_LABEL = re.compile(r"\A[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z", re.ASCII)
_SITE = re.compile(r"\A(?:https://)?(?P<host>[a-z0-9.-]{4,253})/?\Z", re.ASCII)
# Labels that look like a site (us4, eu2): a site we do not know is not somebody's subdomain.
_SITE_LIKE = re.compile(r"\A(?:us|eu|ap|uk)[0-9]{1,2}\Z", re.ASCII)
# Names under a site's domain that Datadog uses itself; a customer cannot own them.
_DATADOGS_OWN = frozenset(
    {
        *(label for service in SERVICES for label in service.split(".")),
        *("http-intake", "logs", "intake", "trace", "agent", "process", "orchestrator"),
        *("www", "docs", "help", "status", "static", "ip-ranges", "install", "keys", "mcp"),
    }
)


def site_for_domain(domain: str) -> Site:
    """Return the site whose ``domain`` this is, exactly; else RefusedHostError."""
    site = _BY_DOMAIN.get(domain)
    if site is None:
        raise RefusedHostError("That is not a Datadog site.", fix=_CHOOSE_A_SITE)
    return site


def _check_member(site: Site) -> None:
    if _BY_DOMAIN.get(site.domain) != site:
        raise RefusedHostError("That is not a Datadog site.", fix=_CHOOSE_A_SITE)


def _is_custom_subdomain(label: str) -> bool:
    """Whether ``label`` can be a customer's own subdomain (sites are told apart by the caller)."""
    return (
        _LABEL.match(label) is not None
        and label not in _DATADOGS_OWN
        and not label.endswith("-intake")
        and not label.startswith(("xn--", "browser-intake-"))
        and _SITE_LIKE.match(label) is None
    )


@dataclass(frozen=True, slots=True)
class SiteAddress:
    """Where a customer signs in: a site and, if they have one, their custom subdomain.

    ``subdomain`` None means the site's own app host. Cannot be built with anything that does not
    derive from the table (RefusedHostError).
    """

    site: Site
    subdomain: str | None = None

    def __post_init__(self) -> None:
        _check_member(self.site)
        if self.subdomain is not None and not _is_custom_subdomain(self.subdomain):
            raise RefusedHostError(
                "That is not a custom subdomain of a Datadog site.", fix=_CHOOSE_A_SITE
            )

    @property
    def host(self) -> str:
        """The host a browser opens, for example "bigcorp.datadoghq.eu"."""
        if self.subdomain is None:
            return self.site.app_host
        return f"{self.subdomain}.{self.site.domain}"

    @property
    def origin(self) -> str:
        """The canonical form to store, for example "https://bigcorp.datadoghq.eu"."""
        return f"https://{self.host}"


def _address_of_host(host: str) -> SiteAddress:
    for site in _LONGEST_FIRST:
        if host in (site.domain, site.app_host):
            return SiteAddress(site)
        if host.endswith(f".{site.domain}"):
            return SiteAddress(site, host.removesuffix(f".{site.domain}"))
    raise RefusedHostError("That address is not one of Datadog's.", fix=_CHOOSE_A_SITE)


def parse_site(value: str) -> SiteAddress:
    """Read the ``site`` of an onboarding link: "https://app.datadoghq.eu", a bare host, a
    custom subdomain ("bigcorp.datadoghq.eu") or a site's domain.

    Anything else, be it only a port, a path, a capital or a trailing newline: RefusedHostError.
    """
    match = _SITE.match(value)
    if match is None:
        raise RefusedHostError("That address is not one of Datadog's.", fix=_CHOOSE_A_SITE)
    return _address_of_host(match["host"])


# What may follow the host: printable ASCII without quotes, brackets, backslash or fragment.
_PATH = re.compile(r"\A/(?!/)[A-Za-z0-9._~!$&'()*+,;=:@%/?\[\]-]*\Z", re.ASCII)


def _check_path(path: str) -> None:
    if _PATH.match(path) is None:
        raise ValueError("A path starts with one slash and is percent-encoded ASCII.")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Builds every URL of Datadog's.

    With ``sandbox_url`` set ("http://127.0.0.1:9000") each Datadog host is the path
    ``/<site domain>/<service or subdomain>`` there.
    """

    sandbox_url: str | None = None

    def url(self, site: Site, service: str, path: str) -> str:
        """Return Datadog's real URL, for example ``https://api.datadoghq.eu/api/v2/series``.

        RefusedHostError for an unknown service and for OTLP where the site has none.
        """
        _check_member(site)
        _check_path(path)
        if service not in SERVICES:
            raise RefusedHostError(f"Datadog has no service {service!r}.")
        if service == "otlp" and not site.otlp:
            raise RefusedHostError(f"Datadog names no OTLP intake on {site.label}.")
        host = site.app_host if service == "app" else f"{service}.{site.domain}"
        return f"https://{host}{path}"

    def app_url(self, address: SiteAddress, path: str) -> str:
        """Return what a *browser* opens on the customer's own host; the sandbox if one is set."""
        _check_path(path)
        url = f"{address.origin}{path}"
        return self.sandboxed(url) if self.sandbox_url is not None else url

    def sandboxed(self, url: str) -> str:
        """Map a real Datadog URL to the sandbox: ``https://api.datadoghq.eu/x`` becomes
        ``http://127.0.0.1:9000/datadoghq.eu/api/x``. RefusedHostError for any other host.
        """
        if self.sandbox_url is None:
            raise ValueError("No sandbox is set.")
        parts = urlsplit(url)
        if parts.scheme != "https":
            raise RefusedHostError("Datadog is reached by https only.")
        site, name = _site_and_name(parts.netloc)
        query = f"?{parts.query}" if parts.query else ""
        return f"{self.sandbox_url.rstrip('/')}/{site.domain}/{name}{parts.path or '/'}{query}"


def _site_and_name(host: str) -> tuple[Site, str]:
    """Split a host: ("api.datadoghq.eu") -> EU1 and "api"; the app host gives "app"."""
    for site in _LONGEST_FIRST:
        service = host.removesuffix(f".{site.domain}")
        if service != host and service != "app" and service in SERVICES:
            return site, service
    address = _address_of_host(host)
    return address.site, address.subdomain or "app"
