"""The seven steps of Datadog's guide, from partner network to publication."""
