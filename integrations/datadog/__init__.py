"""Datadog as this product sees it: sites, OAuth, keys, limits, one sink per data type.

Knows HTTP only through ``integrations.http``; knows no mapping, no pipeline, no Django.
"""
