"""The stand-in for Datadog, from outside over HTTP."""
