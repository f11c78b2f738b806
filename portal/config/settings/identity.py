"""Who people are: users, sign-in, e-mail."""

from __future__ import annotations

from portal.config.settings.env import LOCAL, VAR_DIR, env, needed

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_UNIQUE_EMAIL = True
# A code to type keeps the customer in the same browser window, on the way from the tile.
ACCOUNT_EMAIL_VERIFICATION = env.str(
    "PORTAL_EMAIL_VERIFICATION", default="none" if LOCAL else "mandatory"
)
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = ACCOUNT_EMAIL_VERIFICATION == "mandatory"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True

# A local portal has no mail server: what it would send lies in var/mail.
vars().update(env.email_url_config(needed("EMAIL_URL", local=f"filemail:///{VAR_DIR / 'mail'}")))
DEFAULT_FROM_EMAIL = needed("PORTAL_MAIL_FROM", local="portal@localhost")
