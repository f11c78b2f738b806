"""One HTTP client for everything that leaves the process. Knows no Datadog and no OAuth."""
