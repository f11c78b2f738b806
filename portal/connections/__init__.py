"""OAuth clients, one Datadog connection per organisation and site, the vault."""
