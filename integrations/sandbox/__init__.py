"""A local stand-in for Datadog: all nine sites on one port, for demos, development and tests.

``http://127.0.0.1:9000/<site>/<subdomain>`` + Datadog's own path; see README.md here. Knows the
site table and the clock of the product, nothing else of it: it is the judge of the rest.
"""

from __future__ import annotations

from integrations.sandbox.server import running_sandbox, serve

__all__ = ["running_sandbox", "serve"]
