"""Writes of the ingest API."""
