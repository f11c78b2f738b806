"""All settings, read from the environment once, in small parts."""

from portal.config.settings.base import *
from portal.config.settings.database import *
from portal.config.settings.identity import *
from portal.config.settings.jobs import *
from portal.config.settings.product import *
from portal.config.settings.security import *
