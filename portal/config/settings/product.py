"""The vendor, its Datadog integration, and how records are moved."""

from __future__ import annotations

from portal.config.settings.env import LOCAL, env, needed, secret

VENDOR_NAME = needed("VENDOR_NAME", local="Nimbus Cloud")
# Prefix of every metric and the fixed source of every log; lower-case letters, digits, underscore.
VENDOR_PREFIX = needed("VENDOR_PREFIX", local="nimbus")
VENDOR_SUPPORT_EMAIL = needed("VENDOR_SUPPORT_EMAIL", local="support@nimbus.example")

# The address customers and Datadog reach the portal at; redirect URIs are built from it, never from
# the Host header.
PORTAL_BASE_URL = needed("PORTAL_BASE_URL", local="http://127.0.0.1:8000").rstrip("/")

# Unset: the portal talks to Datadog. Set: every Datadog host is mapped to the sandbox.
DATADOG_SANDBOX_URL = env.str("DATADOG_SANDBOX_URL", default="").rstrip("/") or None
# The newest documentation names this path; older clients use /oauth2/v1/token.
DATADOG_TOKEN_PATH = env.str("DATADOG_TOKEN_PATH", default="/api/v2/oauth2/token")

# "id:base64 of 32 bytes", the newest first; every listed key opens, the first one seals.
VAULT_KEYS = [
    entry.strip()
    for entry in secret("PORTAL_VAULT_KEYS", bytes_long=32).split(",")
    if entry.strip()
]

SYNC_LEASE_SECONDS = env.float("PORTAL_SYNC_LEASE_SECONDS", default=30.0)
SYNC_CHUNK_RECORDS = env.int("PORTAL_SYNC_CHUNK_RECORDS", default=20_000)
SYNC_SEND_CONCURRENCY = env.int("PORTAL_SYNC_SEND_CONCURRENCY", default=4)
SYNC_EVERY_SECONDS = env.int("PORTAL_SYNC_EVERY_SECONDS", default=60)
SEGMENT_RECORDS = env.int("PORTAL_SEGMENT_RECORDS", default=5_000)
# Of one API token. A vendor pushes for all its customers with it: 100 pushes a second.
API_REQUESTS_PER_MINUTE = env.int("PORTAL_API_REQUESTS_PER_MINUTE", default=6_000)

# Everyone in the demo signs in with it; only a local portal makes one.
DEMO_PASSWORD = secret("PORTAL_DEMO_PASSWORD", bytes_long=9) if LOCAL else ""
