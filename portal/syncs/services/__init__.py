"""Writes about feeds, schedules, runs and what they send."""
