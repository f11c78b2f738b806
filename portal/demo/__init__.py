"""The demo: a made-up vendor with its customers, linked to the sandbox on every Datadog site."""
