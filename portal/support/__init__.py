"""The support console: what fails across tenants, and its replay."""
