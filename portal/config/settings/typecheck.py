"""Settings for the type checker's Django plugin: nothing here connects or makes a secret."""

import os
import tempfile

os.environ.setdefault("PORTAL_VAR_DIR", tempfile.mkdtemp(prefix="portal-typecheck-"))

from portal.config.settings import *
