"""Pages about the link to Datadog."""
