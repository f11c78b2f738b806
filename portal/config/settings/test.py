"""Settings of the test suite: the same, with cheap passwords and mail in memory."""

from portal.config.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT = None
CELERY_BROKER_TRANSPORT_OPTIONS = {}
# Files are looked up as they are asked for: no scan at start, and no warning that nobody has run
# collectstatic.
WHITENOISE_AUTOREFRESH = True
