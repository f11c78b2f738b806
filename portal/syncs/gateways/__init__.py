"""The only doors of this app to ``integrations``; one module per outside thing."""
