"""Datadog's own words, out of every error shape that was recorded, without secrets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.datadog.redact import redact
from integrations.datadog.words import MAX_WORDS, words_of
from tests.unit.datadog.answers import answer

JSON_API = b'{"errors":[{"status":"400","title":"Bad Request","detail":"No category."}]}'
HTML = (
    b"<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1>\n"
    b"Request forbidden by administrative rules.<script>x()</script>\n</body></html>"
)

SHAPES = [
    (b'{"errors":["API key required"]}', "API key required"),
    (b'{"errors":["one","two"]}', "one; two"),
    (JSON_API, "Bad Request; No category."),
    (b'{"errors":[{"title":"Forbidden"}]}\n', "Forbidden"),
    (
        b'{"error":"invalid_grant","error_description":"Invalid code"}',
        "invalid_grant; Invalid code",
    ),
    (b'{"error":{"code":"InvalidArgument","message":"bad"}}', "InvalidArgument; bad"),
    (b'{"status":"error","code":403,"errors":["Forbidden"],"twitter":"@x"}', "Forbidden"),
    (b'{"errors":"a string"}', "a string"),
    (b'["bare"]', "bare"),
    (HTML, "403 Forbidden Request forbidden by administrative rules."),
    (b"payload-too-large\n", "payload-too-large"),
    (b"Fish &amp; chips", "Fish & chips"),
    (b"\xff\xfe broken", "\ufffd\ufffd broken"),
    (b'{"errors":["line\\nbreak\\u0000"]}', "line break"),
    (b'{"errors":[]}', ""),
    (b"12", ""),
    (b"", ""),
    (b"[" * 900 + b"]" * 900, ""),
    (b"[" * 100_000, "[" * (MAX_WORDS - 1) + "…"),
]


@pytest.mark.parametrize(("body", "words"), SHAPES)
def test_the_words_are_found_in_every_shape(body: bytes, words: str) -> None:
    assert words_of(answer(400, body)) == words


def test_words_are_bounded() -> None:
    assert len(words_of(answer(400, b"word " * 1000))) == MAX_WORDS


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_body_gives_one_line(body: bytes) -> None:
    words = words_of(answer(500, body))
    assert len(words) <= MAX_WORDS
    assert words == " ".join(words.splitlines())


API_KEY, APP_KEY = "0123456789abcdef" * 2, "0123456789ABCDEF01234567" + "0123456789abcdef"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
SECRETS = [
    (f"key {API_KEY} is unknown", API_KEY),
    (f"application key ({APP_KEY}).", APP_KEY),
    (f"token {JWT} expired", JWT),
    ("Authorization: Bearer abc.def-123456", "abc.def-123456"),
    ("client_secret=s3cretvalue&x=1", "s3cretvalue"),
    ('{"refresh_token": "opaque-value"}', "opaque-value"),
    ("DD-API-KEY: shortkey", "shortkey"),
    ("code=spentcode", "spentcode"),
    ("ddapp_AbCdEf123456 is revoked", "ddapp_AbCdEf123456"),
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_whatever_looks_like_a_secret_is_masked(text: str, secret: str) -> None:
    assert secret not in redact(text)
    assert "***" in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "API key required",
        "Invalid code or code verifier",
        "incident 2f0f2a52-6f6f-5cbd-9d2c-0a53a5a1c3ee not found",
        "The value provided for parameter 'query' is invalid: code: Forbidden",
    ],
)
def test_plain_sentences_stay_as_they_are(text: str) -> None:
    assert redact(text) == text
