"""Writes about datasets and mappings."""
