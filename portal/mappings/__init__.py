"""Datasets (what the vendor offers) and mappings (what an organisation sends where)."""
