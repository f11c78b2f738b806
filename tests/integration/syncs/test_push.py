"""Records from the feed to Datadog, whatever Datadog answers."""

from __future__ import annotations

from tests.integration.conftest import Sandbox
from tests.integration.syncs.conftest import Customer, counters, record


def test_metrics_arrive(customer: Customer, sandbox: Sandbox) -> None:
    customer.push(record(number) for number in range(1, 13))
    run = customer.run()
    assert counters(run) == ("succeeded", 12, 12, 0, 0)
    assert sandbox.total("metrics") == 12
    assert customer.schedule().cursor == {"number": 12}


def test_logs_arrive(log_customer: Customer, sandbox: Sandbox) -> None:
    log_customer.push(record(number) for number in range(1, 13))
    assert counters(log_customer.run()) == ("succeeded", 12, 12, 0, 0)
    assert {log["record_id"] for log in sandbox.items("logs")} == {f"m-{n}" for n in range(1, 13)}
