"""Chaos: the portal as real processes, killed by plan while records flow, and the sum afterwards.

``python -m tests.chaos --kills 50``; docs/explanation/delivery.md says what it proves.
"""
