"""All settings, read from the environment once, in small parts."""

from portal.config.settings.base import *
from portal.config.settings.database import *
from portal.config.settings.env import BASE_DIR as BASE_DIR
from portal.config.settings.env import LOCAL as LOCAL
from portal.config.settings.env import VAR_DIR as VAR_DIR
from portal.config.settings.identity import *
from portal.config.settings.jobs import *
from portal.config.settings.product import *
from portal.config.settings.security import *
