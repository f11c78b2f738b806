"""OAuth scopes as sentences for the consent page.

https://docs.datadoghq.com/api/latest/scopes/ ; the words are the sandbox's own.
"""

from __future__ import annotations

# The ones that a partner integration is likely to ask for; the rest get a sentence by their name.
_SENTENCES = {
    "api_keys_write": "Create one API key for this integration in your organisation.",
    "apm_read": "See traces and spans.",
    "apm_service_catalog_read": "See the services in the Software Catalog.",
    "billing_read": "See your organisation's billing information.",
    "dashboards_read": "See dashboards.",
    "dashboards_write": "Create and change dashboards.",
    "events_read": "See events.",
    "hosts_read": "See hosts and their attributes.",
    "incident_read": "See incidents.",
    "incident_write": "Create and change incidents.",
    "logs_read_data": "Search logs.",
    "metrics_read": "See which metrics exist and what they mean.",
    "monitors_downtime": "Set downtimes for monitors.",
    "monitors_read": "See monitors.",
    "monitors_write": "Create and change monitors.",
    "slos_read": "See service level objectives.",
    "synthetics_read": "See Synthetic tests and their results.",
    "teams_read": "See teams and their members.",
    "timeseries_query": "Query the values of metrics.",
    "usage_read": "See how much your organisation uses Datadog.",
    "user_access_read": "See users, roles and their permissions.",
}
_VERBS = {
    "read": "See {}.",
    "write": "Create and change {}.",
    "manage": "Manage {}.",
    "run": "Run {}.",
    "query": "Query {}.",
}

ALL_SCOPES = tuple(_SENTENCES)


def sentence(scope: str) -> str:
    """What the person allows, in words."""
    known = _SENTENCES.get(scope)
    if known:
        return known
    thing, _, verb = scope.rpartition("_")
    words = thing.replace("_", " ")
    return _VERBS[verb].format(words) if thing and verb in _VERBS else f"Use {scope}."
