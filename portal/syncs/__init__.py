"""Schedules, runs, chunks, batches, rejects, replays, the dispatcher."""
