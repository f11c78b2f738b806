"""Tenancy, ids, the base model: what every app stands on."""
