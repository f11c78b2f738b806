"""Screens: an organisation's overview, its history of runs, one run, and what can be done there."""
