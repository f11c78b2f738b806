"""The seven steps of Datadog's guide for Technology Partners; plain Python.

Order and content follow Datadog's guide for API integrations:
docs.datadoghq.com/extend/integrations.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StepState(StrEnum):
    """How far a step is."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    """For Datadog or another party."""
    DONE = "done"


STATE_WORDS = {
    StepState.NOT_STARTED: "Not started",
    StepState.IN_PROGRESS: "In progress",
    StepState.WAITING: "Waiting for others",
    StepState.DONE: "Done",
}


@dataclass(frozen=True, slots=True)
class StepDefinition:
    """A step as the guide has it. ``evidence`` says what proves it."""

    key: str
    title: str
    description: str
    evidence: str


STEPS: tuple[StepDefinition, ...] = (
    StepDefinition(
        "partner_network",
        "Join the partner network",
        "Apply to the Datadog Partner Network, choose the Technology Partner track and hold the "
        "first meeting with Datadog's Technology Partner team.",
        "Acceptance e-mail and the date of the first meeting.",
    ),
    StepDefinition(
        "sandbox_account",
        "Request a sandbox account",
        "Ask for a Datadog sandbox account in the partner portal; it stays without charge while "
        "the integration is developed.",
        "Name of the Datadog organisation and its site.",
    ),
    StepDefinition(
        "development",
        "Develop the integration",
        "Implement OAuth with the least scopes, the data types the integration sends and reads, "
        "and every Datadog site.",
        "The connection works on every site against the local sandbox.",
    ),
    StepDefinition(
        "sandbox_test",
        "Test it in the sandbox account",
        "Connect the Datadog sandbox account, send and read every data type, break and mend the "
        "grant, disconnect.",
        "Runs of the test organisation, with what arrived in Datadog.",
    ),
    StepDefinition(
        "tile",
        "Make the tile",
        "Write the manifest, README, images, dashboards, monitors and log pipeline that customers "
        "see on the Integrations page.",
        "The exported tile passes Datadog's validators.",
    ),
    StepDefinition(
        "submission",
        "Submit and hold the demo",
        "Submit the listing or open the pull request, answer the review and show the integration "
        "in a demo call.",
        "Link to the submission and the date of the demo.",
    ),
    StepDefinition(
        "publication",
        "Publish",
        "Publish to the sandbox account first and test once more, or to all customers at once.",
        "The tile on the Integrations page and the date.",
    ),
)


LAST_STEP = STEPS[-1].key


class Audience(StrEnum):
    """Whom the publication is for."""

    UNDECIDED = "undecided"
    SANDBOX_FIRST = "sandbox_first"
    EVERYONE = "everyone"


AUDIENCE_WORDS = {
    Audience.UNDECIDED: "Not decided yet",
    Audience.SANDBOX_FIRST: "The sandbox account first, then all customers",
    Audience.EVERYONE: "All customers at once",
}


class ReviewError(Exception):
    """A refusal with a sentence for the person."""
