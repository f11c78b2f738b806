"""Datadog's OAuth scopes, each with one plain sentence for the connection page and the listing.

Names from Datadog's v1 and v2 OpenAPI files (security scheme AuthZ). No scope sends telemetry:
metrics and logs travel under the API key that ``api_keys_write`` makes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Scope:
    """``sentence`` says what the vendor may do with it; ``writes`` whether it changes things."""

    name: str
    sentence: str
    writes: bool


def describe_scopes(names: Iterable[str]) -> list[Scope]:
    """The scopes in the given order; one that this table lacks gets a sentence of its name."""
    return [SCOPES.get(name) or _unknown(name) for name in names]


def _unknown(name: str) -> Scope:
    sentence = f"Use what Datadog calls “{name.replace('_', ' ')}”."
    return Scope(name, sentence, writes=not name.endswith("_read"))


# Changing things although the name does not end in _write.
_ALSO_WRITE = frozenset(
    {
        "create_webhooks",
        "feature_flag_approvals_override",
        "aws_configurations_manage",
        "logs_modify_indexes",
        "manage_integrations",
        "monitors_downtime",
        "org_management",
        "slos_corrections",
        "teams_manage",
        "user_access_invite",
        "user_access_manage",
        "workflows_run",
        "dashboards_embed_share",
        "dashboards_invite_share",
        "dashboards_public_share",
        "embeddable_graphs_share",
    }
)

_SENTENCES: Mapping[str, str] = {
    # Granted to partner clients only; in no OpenAPI file.
    "api_keys_write": "Create the one API key with which this integration sends its data.",
    "ai_gateway_config_read": "See how the AI gateway is configured.",
    "ai_gateway_config_write": "Change how the AI gateway is configured.",
    "ai_gateway_usage": "Use the AI gateway.",
    "apm_api_catalog_read": "See the API catalogue.",
    "apm_api_catalog_write": "Change the API catalogue.",
    "apm_read": "Read traces, spans and service performance.",
    "apm_service_catalog_read": "See the service catalogue.",
    "apm_service_catalog_write": "Change the service catalogue.",
    "appsec_vm_read": "See vulnerabilities that were found in applications.",
    "aws_configurations_manage": "Change which AWS accounts Datadog watches and how.",
    "billing_read": "See billing and cost figures.",
    "bits_investigations_read": "See investigations of Bits AI.",
    "bits_investigations_write": "Start and change investigations of Bits AI.",
    "cases_read": "See cases.",
    "cases_shared_settings_write": "Change settings that cases share.",
    "cases_write": "Create and change cases.",
    "ci_visibility_pipelines_write": "Send events of CI pipelines.",
    "ci_visibility_read": "See CI pipelines and tests.",
    "cloud_cost_management_read": "See cloud costs.",
    "cloud_cost_management_write": "Change the settings of cloud cost management.",
    "code_analysis_read": "See the results of code analysis.",
    "code_coverage_read": "See code coverage.",
    "continuous_profiler_pgo_read": "Read profiles for profile-guided optimisation.",
    "coterm_read": "See recorded terminal sessions.",
    "coterm_write": "Record terminal sessions.",
    "create_webhooks": "Create webhooks.",
    "dashboards_embed_share": "Share dashboards as embedded pages.",
    "dashboards_invite_share": "Share dashboards with invited people.",
    "dashboards_public_share": "Share dashboards with everybody.",
    "dashboards_read": "See dashboards.",
    "dashboards_write": "Create and change dashboards.",
    "data_scanner_read": "See the settings of the sensitive data scanner.",
    "data_scanner_write": "Change the settings of the sensitive data scanner.",
    "embeddable_graphs_share": "Share graphs as embedded pages.",
    "error_tracking_read": "See tracked errors.",
    "error_tracking_write": "Change the state of tracked errors.",
    "event_correlation_config_read": "See how events are correlated.",
    "event_correlation_config_write": "Change how events are correlated.",
    "events_read": "Read events.",
    "feature_flag_approvals_override": "Skip the approval of a feature flag's change.",
    "feature_flag_config_read": "See feature flags.",
    "feature_flag_config_write": "Change feature flags.",
    "feature_flag_environment_config_read": "See the environments of feature flags.",
    "feature_flag_environment_config_write": "Change the environments of feature flags.",
    "hosts_read": "See the list of hosts.",
    "incident_notification_settings_read": "See how incidents notify people.",
    "incident_notification_settings_write": "Change how incidents notify people.",
    "incident_read": "See incidents.",
    "incident_settings_read": "See the settings of incidents.",
    "incident_settings_write": "Change the settings of incidents.",
    "incident_write": "Create and change incidents.",
    "integrations_read": "See which integrations are installed.",
    "logs_modify_indexes": "Change log indexes.",
    "logs_read_data": "Read logs.",
    "logs_read_index_data": "Read logs of the indexes that are allowed.",
    "manage_integrations": "Install, change and remove integrations.",
    "metrics_read": "See metrics and their descriptions.",
    "monitors_downtime": "Mute monitors for a time.",
    "monitors_read": "See monitors.",
    "monitors_write": "Create and change monitors.",
    "network_connections_read": "See network connections.",
    "org_connections_read": "See how organisations are connected.",
    "org_connections_write": "Change how organisations are connected.",
    "org_management": "Change the settings of the organisation.",
    "security_comments_read": "Read comments on security items.",
    "security_monitoring_critical_assets_read": "See critical assets.",
    "security_monitoring_critical_assets_write": "Change critical assets.",
    "security_monitoring_filters_read": "See security filters.",
    "security_monitoring_filters_write": "Change security filters.",
    "security_monitoring_findings_read": "See security findings.",
    "security_monitoring_rules_read": "See detection rules.",
    "security_monitoring_rules_write": "Create and change detection rules.",
    "security_monitoring_signals_read": "See security signals.",
    "security_monitoring_suppressions_read": "See suppressions of security signals.",
    "security_monitoring_suppressions_write": "Change suppressions of security signals.",
    "security_pipelines_read": "See security pipelines.",
    "security_pipelines_write": "Change security pipelines.",
    "siem_entities_read": "See the entities of Cloud SIEM.",
    "slos_corrections": "Correct the status of service level objectives.",
    "slos_read": "See service level objectives.",
    "slos_write": "Create and change service level objectives.",
    "synthetics_global_variable_read": "See the global variables of synthetic tests.",
    "synthetics_global_variable_write": "Change the global variables of synthetic tests.",
    "synthetics_private_location_read": "See the private locations of synthetic tests.",
    "synthetics_private_location_write": "Change the private locations of synthetic tests.",
    "synthetics_read": "See synthetic tests.",
    "synthetics_write": "Create and change synthetic tests.",
    "teams_manage": "Change any team.",
    "teams_read": "See teams.",
    "test_optimization_read": "See test optimisation.",
    "test_optimization_settings_write": "Change the settings of test optimisation.",
    "test_optimization_write": "Change test optimisation.",
    "timeseries_query": "Query the values of metrics.",
    "usage_read": "See usage figures.",
    "user_access_invite": "Invite users.",
    "user_access_manage": "Change users and their roles.",
    "user_access_read": "See users and their roles.",
    "workflows_read": "See workflows.",
    "workflows_run": "Run workflows.",
    "workflows_write": "Create and change workflows.",
}

SCOPES: Mapping[str, Scope] = MappingProxyType(
    {
        name: Scope(name, sentence, writes=name.endswith("_write") or name in _ALSO_WRITE)
        for name, sentence in _SENTENCES.items()
    }
)
