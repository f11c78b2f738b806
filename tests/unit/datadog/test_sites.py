"""The site table: what derives from it, and that nothing else gets through."""

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from integrations.core.errors import RefusedHostError
from integrations.datadog.sites import (
    SERVICES,
    SITES,
    Addresses,
    Site,
    SiteAddress,
    parse_site,
    site_for_domain,
)

SANDBOX = Addresses("http://127.0.0.1:9000")

GOOD = [
    ("https://app.datadoghq.com", "https://app.datadoghq.com", "US1"),
    ("https://app.datadoghq.eu/", "https://app.datadoghq.eu", "EU1"),
    ("app.datadoghq.eu", "https://app.datadoghq.eu", "EU1"),
    ("datadoghq.com", "https://app.datadoghq.com", "US1"),
    ("https://us3.datadoghq.com", "https://us3.datadoghq.com", "US3"),
    ("us5.datadoghq.com/", "https://us5.datadoghq.com", "US5"),
    ("https://bigcorp.datadoghq.eu/", "https://bigcorp.datadoghq.eu", "EU1"),
    ("big-corp2.datadoghq.com", "https://big-corp2.datadoghq.com", "US1"),
    ("https://bigcorp.ap1.datadoghq.com", "https://bigcorp.ap1.datadoghq.com", "AP1"),
    ("https://app.ddog-gov.com", "https://app.ddog-gov.com", "US1-FED"),
    ("https://us2.ddog-gov.com", "https://us2.ddog-gov.com", "US2-FED"),
    ("a.us2.ddog-gov.com", "https://a.us2.ddog-gov.com", "US2-FED"),
]

ATTACKS = [
    # Not the whole string.
    "https://app.datadoghq.eu\n",
    "\nhttps://app.datadoghq.eu",
    "https://app.datadoghq.eu\r\n",
    "https://app.datadoghq.eu ",
    " https://app.datadoghq.eu",
    "https://app.datadoghq.eu\t",
    "https://app.datadoghq.eu\x00",
    "https://app.datadoghq.eu//",
    "https://app.datadoghq.eu\n.evil.com",
    # Letters that only look right, or that some parsers fold.
    "https://app.datadoghq.\uff45\uff55",
    "https://\uff41pp.datadoghq.eu",
    "https://app.datadoghq\u3002eu",
    "https://app.d\u0430tadoghq.eu",
    "https://APP.datadoghq.eu",
    "https://app.datadoghq.EU",
    "https://\u017fite.datadoghq.eu",
    "https://big\u0661.datadoghq.eu",
    # Userinfo, ports, paths, queries, fragments, backslashes.
    "https://app.datadoghq.eu@evil.com",
    "https://evil.com@app.datadoghq.eu",
    "https://user:pw@app.datadoghq.eu",
    "https://app.datadoghq.eu:443",
    "https://app.datadoghq.eu:8443/",
    "https://app.datadoghq.eu/oauth2",
    "https://app.datadoghq.eu/../evil",
    "https://app.datadoghq.eu?x=1",
    "https://app.datadoghq.eu#x",
    "https://evil.com#app.datadoghq.eu",
    "https://evil.com?app.datadoghq.eu",
    "https://evil.com/app.datadoghq.eu",
    "https://evil.com\\.datadoghq.eu",
    "https://evil.com%2f.datadoghq.eu",
    "https://evil.com;.datadoghq.eu",
    # Suffixes, prefixes, dots.
    "https://evildatadoghq.eu",
    "https://app.datadoghq.eu.evil.com",
    "https://datadoghq.eu.evil.com",
    "https://app-datadoghq.eu",
    "https://appXdatadoghq.eu",
    "https://app..datadoghq.eu",
    "https://.datadoghq.eu",
    "https://app.datadoghq.eu.",
    "https://a.b.datadoghq.eu",
    "https://-a.datadoghq.eu",
    "https://a-.datadoghq.eu",
    "https://xn--80ak6aa92e.datadoghq.eu",
    f"https://{'a' * 64}.datadoghq.eu",
    # Datadog's own names are nobody's subdomain, and unknown sites are no site.
    "https://app.us3.datadoghq.com",
    "https://us3.us3.datadoghq.com",
    "https://us4.datadoghq.com",
    "https://us1.datadoghq.com",
    "https://eu1.datadoghq.eu",
    "https://api.datadoghq.eu",
    "https://http-intake.logs.datadoghq.eu",
    "https://logs.datadoghq.eu",
    "https://otlp.us3.datadoghq.com",
    "https://trace.agent.datadoghq.com",
    "https://event-management-intake.datadoghq.eu",
    "https://browser-intake-us3.datadoghq.com",
    "https://datadoghq.org",
    "https://datadog.com",
    # Other schemes and none.
    "http://app.datadoghq.eu",
    "HTTPS://app.datadoghq.eu",
    "javascript://app.datadoghq.eu",
    "//app.datadoghq.eu",
    "https:app.datadoghq.eu",
    "https:///app.datadoghq.eu",
    "https://https://app.datadoghq.eu",
    "https://[app.datadoghq.eu]",
    "https://127.0.0.1",
    "https://",
    "https://eu",
    "",
    ".",
]


@pytest.mark.parametrize(("value", "origin", "label"), GOOD)
def test_a_customers_address_is_read_and_stored_canonical(
    value: str, origin: str, label: str
) -> None:
    address = parse_site(value)
    assert (address.origin, address.site.label) == (origin, label)
    assert parse_site(address.origin) == address


@pytest.mark.parametrize("value", ATTACKS)
def test_an_address_that_does_not_derive_from_the_table_is_refused(value: str) -> None:
    with pytest.raises(RefusedHostError):
        parse_site(value)


def test_the_corpus_of_attacks_is_large_enough() -> None:
    assert len(set(ATTACKS)) >= 44


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """A good address with up to four places replaced, removed or filled."""
    text = draw(st.sampled_from([value for value, _, _ in GOOD]))
    alphabet = st.sampled_from("./:@?#\\%\n\r\t -_aA1eudhqogc\u3002\uff0e") | st.characters()
    for _ in range(draw(st.integers(1, 4))):
        at, width = draw(st.integers(0, len(text))), draw(st.integers(0, 2))
        text = text[:at] + draw(st.text(alphabet, max_size=3)) + text[at + width :]
    return text


@given(mutations())
@example("https://app.datadoghq.eu\n")
def test_whatever_is_accepted_is_a_known_host(value: str) -> None:
    try:
        address = parse_site(value)
    except RefusedHostError:
        return
    host = urlsplit(value if "://" in value else f"https://{value}").netloc
    known = {site.domain for site in SITES}
    assert host in known or host == address.host
    assert (
        address.host in {site.app_host for site in SITES} or address.host.split(".", 1)[1] in known
    )


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.label)
def test_a_domain_is_an_exact_member(site: Site) -> None:
    assert site_for_domain(site.domain) is site
    for wrong in (f"{site.domain}\n", site.domain.upper(), f"x.{site.domain}", f"{site.domain}."):
        with pytest.raises(RefusedHostError):
            site_for_domain(wrong)


def test_there_are_nine_sites_with_unique_names() -> None:
    assert len(SITES) == len({site.domain for site in SITES}) == 9
    assert len({site.label for site in SITES}) == len({site.app_host for site in SITES}) == 9


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.label)
@pytest.mark.parametrize("service", SERVICES)
def test_every_host_of_every_site_maps_to_the_sandbox(site: Site, service: str) -> None:
    if service == "otlp" and not site.otlp:
        with pytest.raises(RefusedHostError):
            SANDBOX.url(site, service, "/v1/traces")
        return
    url = SANDBOX.url(site, service, "/api/v1/x?a=1")
    assert url.startswith("https://")
    expected = f"http://127.0.0.1:9000/{site.domain}/{service}/api/v1/x?a=1"
    assert SANDBOX.sandboxed(url) == expected


@pytest.mark.parametrize(
    ("domain", "service", "expected"),
    [
        ("datadoghq.eu", "api", "https://api.datadoghq.eu/x"),
        ("us3.datadoghq.com", "http-intake.logs", "https://http-intake.logs.us3.datadoghq.com/x"),
        ("datadoghq.com", "app", "https://app.datadoghq.com/x"),
        ("us5.datadoghq.com", "app", "https://us5.datadoghq.com/x"),
    ],
)
def test_urls_are_datadogs_own(domain: str, service: str, expected: str) -> None:
    assert Addresses().url(site_for_domain(domain), service, "/x") == expected


def test_a_browser_is_sent_to_the_custom_subdomain() -> None:
    address = parse_site("bigcorp.datadoghq.eu")
    path = "/oauth2/v1/authorize"
    assert Addresses().app_url(address, path) == f"https://bigcorp.datadoghq.eu{path}"
    assert SANDBOX.app_url(address, path) == f"http://127.0.0.1:9000/datadoghq.eu/bigcorp{path}"


FORGED = Site("evil.com", "EU1", "", "app.datadoghq.eu")


def test_a_forged_site_builds_nothing() -> None:
    with pytest.raises(RefusedHostError):
        Addresses().url(FORGED, "api", "/x")
    with pytest.raises(RefusedHostError):
        SiteAddress(FORGED)
    with pytest.raises(RefusedHostError):
        SiteAddress(SITES[0], "evil.com/")
    with pytest.raises(RefusedHostError):
        Addresses().url(SITES[0], "evil", "/x")


@pytest.mark.parametrize("path", ["", "x", "//evil.com", "/a b", "/a\n", "/é", "/a#b", "/a\\b"])
def test_a_path_cannot_change_the_host(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        Addresses().url(SITES[0], "api", path)


@pytest.mark.parametrize(
    "url", ["http://api.datadoghq.eu/", "https://evil.com/", "https://api.datadoghq.eu:1/", "x"]
)
def test_the_sandbox_stands_in_for_datadog_only(url: str) -> None:
    with pytest.raises(RefusedHostError):
        SANDBOX.sandboxed(url)


def test_without_a_sandbox_nothing_is_rewritten() -> None:
    with pytest.raises(ValueError, match="sandbox"):
        Addresses().sandboxed("https://api.datadoghq.eu/")
