"""Writes about people and organisations."""
