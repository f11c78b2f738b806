"""The one question of a link that starts in the portal: which Datadog site."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.connections import gateways
from portal.connections.domain import AddressRefusedError, Destination

SITE_CHOICES = [
    (site.domain, f"{site.label}: {site.region}, {site.app_host}") for site in gateways.SITES
]


class SiteForm(forms.Form):
    """Nine sites; a custom subdomain for those who have one."""

    site = forms.ChoiceField(
        label="Where is your Datadog?",
        choices=SITE_CHOICES,
        widget=forms.RadioSelect,
        help_text="Look at the address in your browser when you are signed in to Datadog.",
    )
    subdomain = forms.CharField(
        label="Custom subdomain",
        required=False,
        max_length=63,
        help_text="Only if your address starts with a name of your own: “bigcorp” in "
        "bigcorp.datadoghq.eu.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )

    destination: Destination

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "site" not in cleaned or "subdomain" not in cleaned:
            return cleaned
        subdomain = cleaned["subdomain"].strip().lower()
        try:
            self.destination = gateways.check_destination(site=cleaned["site"], subdomain=subdomain)
        except AddressRefusedError:
            self.add_error(
                "subdomain", "That cannot be a custom subdomain. Give its first part only."
            )
        return cleaned
