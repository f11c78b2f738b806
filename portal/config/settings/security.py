"""Cookies, transport and content security."""

from __future__ import annotations

from csp.constants import NONE, SELF

from portal.config.settings.env import LOCAL, env
from portal.config.settings.product import DATADOG_SANDBOX_URL, PORTAL_BASE_URL

_HTTPS = PORTAL_BASE_URL.startswith("https://")

ALLOWED_HOSTS = env.list(
    "PORTAL_ALLOWED_HOSTS",
    default=["127.0.0.1", "localhost", "[::1]"] if LOCAL else [PORTAL_BASE_URL.split("/")[2]],
)
CSRF_TRUSTED_ORIGINS = [PORTAL_BASE_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
# How many proxies of ours add to X-Forwarded-For; wrong figures merge or split rate limits.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PORTAL_TRUSTED_PROXIES", default=0 if LOCAL else 1)

SECURE_SSL_REDIRECT = _HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
SECURE_HSTS_PRELOAD = _HTTPS
# Not no-referrer: browsers would then send "Origin: null" and fail the CSRF check.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Lax, not Strict: the customer comes back from Datadog by a cross-site redirect.
SESSION_COOKIE_NAME = "__Host-session" if _HTTPS else "session"
SESSION_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if _HTTPS else "csrf"
CSRF_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_HTTPONLY = True

_DATADOG_FORMS = (
    [DATADOG_SANDBOX_URL]
    if DATADOG_SANDBOX_URL
    else [
        "https://*.datadoghq.com",
        "https://*.datadoghq.eu",
        "https://*.ddog-gov.com",
    ]
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # A form may end in a redirect to Datadog's consent page.
        "form-action": [SELF, *_DATADOG_FORMS],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
