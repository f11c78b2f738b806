"""The address of an Agent as a person types it."""

import pytest

from integrations.core.errors import RefusedHostError
from integrations.datadog.agent_address import parse_agent_address


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("http://10.1.2.3:8126", "http://10.1.2.3:8126"),
        (" http://agent.internal/ ", "http://agent.internal:8126"),
        ("https://Agent.example.com", "https://agent.example.com"),
        ("https://proxy.example.com/dd/agent/", "https://proxy.example.com/dd/agent"),
        ("http://[fd00::1]:8126", "http://[fd00::1]:8126"),
    ],
)
def test_an_address_is_read_and_tidied(typed: str, base: str) -> None:
    address = parse_agent_address(typed)
    assert address.rewrite(address.url("/v0.4/traces")) == f"{base}/v0.4/traces"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "10.1.2.3:8126",
        "ftp://agent:8126",
        "http://user:secret@agent:8126",
        "http://agent:99999",
        "http://agent:0",
        "http://agent/?x=1",
        "http://agent/a b",
        "http://agent/..%2f",
        "http://ag\nent",
        "http://[::1",
        "http://",
    ],
)
def test_what_is_no_plain_address_is_refused(typed: str) -> None:
    with pytest.raises(RefusedHostError) as caught:
        parse_agent_address(typed)
    assert "http://10.1.2.3:8126" in caught.value.fix


def test_a_client_for_an_agent_reaches_nothing_else() -> None:
    address = parse_agent_address("http://10.1.2.3")
    with pytest.raises(RefusedHostError):
        address.rewrite("https://api.datadoghq.eu/api/v2/series")
