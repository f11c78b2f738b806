"""A kill -9 at every executed line of the delivery code loses nothing and repeats one lot."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest
from pytest_django import Settings

from tests.chaos.lines import killed_at
from tests.chaos.scenes import DOCUMENT, SCENES, Scene, Stage, check_sum
from tests.integration.sandbox import Sandbox
from tests.integration.syncs.conftest import make_customer
from tests.integration.syncs.intake import poisoned_intake

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.timeout(1_800),
    pytest.mark.django_db(transaction=True, databases=["default", "support", "owner"]),
]

SAMPLE_STEP = 29
"""One line in so many; which ones, chance decides anew in each run of the test."""
LOT_RECORDS = 4


@pytest.fixture
def stage(transactional_db: None, sandbox: Sandbox, settings: Settings) -> Iterator[Stage]:
    settings.SYNC_CHUNK_RECORDS = 3
    settings.SYNC_LEASE_SECONDS = 1.0
    customer = make_customer(sandbox, data_type="logs", document=DOCUMENT)
    with poisoned_intake() as intake:
        settings.DATADOG_SANDBOX_URL = intake.url
        yield Stage(customer, intake)


@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_a_kill_at_every_line_loses_nothing(
    scene: Scene,
    stage: Stage,
    pytestconfig: pytest.Config,
    record_property: Callable[[str, object], None],
) -> None:
    step = 1 if pytestconfig.getoption("--every-line", default=False) else SAMPLE_STEP
    line, kills = random.randint(1, step), 0
    while killed_in(scene, stage, line):
        line, kills = line + step, kills + 1
    assert line > SAMPLE_STEP, "the scene has next to no lines"
    record_property("kills", kills)
    record_property("repeating", stage.repeating)


def killed_in(scene: Scene, stage: Stage, line: int) -> bool:
    """Kill the scene's run at that line, let others finish it, and check the sum."""
    stage.intake.taken.clear()
    stage.later = 0
    run, ids = scene.before(stage)
    killed = killed_at(line, lambda: stage.work(run))
    stage.finish()
    repeated = check_sum(stage, ids)
    assert repeated <= LOT_RECORDS
    stage.repeating += bool(repeated)
    return killed
