"""Who plays in the demo: the vendor's people, its customers and their Datadog sites."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.accounts.domain import VendorGroup


@dataclass(frozen=True, slots=True)
class DemoOrganisation:
    """A customer; ``sites`` are what its Datadog tiles would hand over as ``site``."""

    name: str
    slug: str
    external_id: str
    owner: str
    sites: dict[str, str] = field(default_factory=dict)


ORGANISATIONS = (
    DemoOrganisation(
        "Acme Retail",
        "acme-retail",
        "cus_1001",
        "owner@acme.example",
        {
            "datadoghq.com": "https://app.datadoghq.com",
            "us3.datadoghq.com": "https://us3.datadoghq.com",
            "us5.datadoghq.com": "https://us5.datadoghq.com",
        },
    ),
    DemoOrganisation(
        "Bluefin Bank",
        "bluefin-bank",
        "cus_1002",
        "owner@bluefin.example",
        {
            "datadoghq.eu": "https://bluefin.datadoghq.eu",
            "uk1.datadoghq.com": "https://uk1.datadoghq.com",
            "ap1.datadoghq.com": "https://ap1.datadoghq.com",
            "ap2.datadoghq.com": "https://ap2.datadoghq.com",
        },
    ),
    DemoOrganisation(
        "Corvid Institute",
        "corvid-institute",
        "cus_1003",
        "owner@corvid.example",
        {
            "ddog-gov.com": "https://app.ddog-gov.com",
            "us2.ddog-gov.com": "https://us2.ddog-gov.com",
        },
    ),
)

VENDOR_PEOPLE = {
    VendorGroup.ADMIN: "admin@nimbus.example",
    VendorGroup.SUPPORT: "support@nimbus.example",
    VendorGroup.REVIEWER: "reviewer@nimbus.example",
}
