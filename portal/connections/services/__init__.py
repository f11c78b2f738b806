"""Writes about connections to Datadog. No call to Datadog happens inside a transaction."""
