"""Keeps secrets out of log lines, whoever wrote them."""

from __future__ import annotations

import logging
import re

# Datadog's API keys are 32 and application keys 40 hexadecimal digits; JWTs have three parts.
_SECRETS = re.compile(
    r"\b[0-9a-fA-F]{40}\b|\b[0-9a-fA-F]{32}\b"
    r"|\bportal_token_[\w-]{43}"
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]+"
    r"|(?<=[Bb]earer )[\w.~+/=-]{8,}"
    r"|(?<=code=)[\w.~-]{6,}|(?<=token=)[\w.~-]{6,}|(?<=secret=)[\w.~-]{6,}|(?<=state=)[\w.~:-]{6,}"
)


def redact(text: str) -> str:
    """Return the text with everything that looks like a secret cut down to its last four."""
    return _SECRETS.sub(lambda match: f"***{match.group()[-4:]}", text)


class RedactFilter(logging.Filter):
    """Redacts the finished message; tracebacks are redacted with it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
        return True
