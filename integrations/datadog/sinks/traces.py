"""Spans to Datadog's OTLP intake, or to a Datadog Agent of the customer's.

https://docs.datadoghq.com/opentelemetry/setup/otlp_ingest/traces/ and
https://docs.datadoghq.com/tracing/guide/send_traces_to_agent_by_api/ .
"""

from __future__ import annotations

from dataclasses import dataclass

from integrations.core.errors import StopError
from integrations.datadog.agent_address import AgentAddress
from integrations.datadog.framing import (
    OTLP_JSON,
    OTLP_PROTOBUF,
    TRACES_FRAMINGS,
    TracesFraming,
    framing_of,
)
from integrations.datadog.limits import AGENT_TRACES, LIMITS, DataTypeLimits
from integrations.datadog.sinks.base import IDENTITY, IntakeSink, Origin, Sink, SinkSetting
from integrations.datadog.status import raise_for
from integrations.http.client import Answer, HttpClient

# An Agent asks for no credentials and has both paths; something else is there.
_NO_AGENT = frozenset({401, 403, 404, 405})

_OTLP_TYPES = {OTLP_PROTOBUF: "application/x-protobuf", OTLP_JSON: "application/json"}


def traces_sink(setting: SinkSetting) -> Sink:
    """The sink of the mapping's form; StopError where site or setting lack what it needs."""
    form = setting.options.form or OTLP_PROTOBUF
    if form in TRACES_FRAMINGS:
        return _agent_sink(setting, form)
    if form not in _OTLP_TYPES:
        raise StopError(f"There are no traces of the form {form!r}.", fix="Save the mapping again.")
    return _otlp_sink(setting, form)


def _otlp_sink(setting: SinkSetting, form: str) -> IntakeSink:
    if not setting.site.otlp:
        raise StopError(
            f"Datadog names no OTLP intake on {setting.site.label}.",
            fix="Send the traces to a Datadog Agent: choose an Agent form in the mapping and give "
            "the Agent's address.",
        )
    # Without compute_stats Datadog makes no hits and latencies out of these spans.
    headers = {"compute_stats": "true"}
    if setting.options.otlp_source:
        headers["dd-otlp-source"] = setting.options.otlp_source
    return IntakeSink(
        data_type="traces",
        limits=LIMITS["traces"],
        framing=framing_of("traces", form),
        http=setting.http,
        url=setting.addresses.url(setting.site, "otlp", "/v1/traces"),
        api_key=setting.required_key(),
        origin=setting.options.origin,
        content_encoding="gzip",  # the one encoding that OTLP names (OTLP specification, HTTP)
        content_type=_OTLP_TYPES[form],
        extra_headers=headers,
    )


def _agent_sink(setting: SinkSetting, form: str) -> AgentSink:
    if setting.options.agent is None:
        raise StopError(
            "The mapping sends traces to a Datadog Agent, but no Agent's address is known.",
            fix="Give the address of the Agent, for example http://10.1.2.3:8126.",
        )
    return AgentSink(
        http=setting.http,
        agent=setting.options.agent,
        origin=setting.options.origin,
        version=form.split("_")[1],
        framing=TRACES_FRAMINGS[form],
        content_type="application/json" if form.endswith("json") else "application/msgpack",
    )


@dataclass(frozen=True, slots=True)
class AgentSink:
    """PUT /v0.3/traces or /v0.4/traces of an Agent, which has the API key; none is sent.

    ``http`` is a client made with ``agent.rewrite``. The Agent documents no compression.
    """

    http: HttpClient
    agent: AgentAddress
    origin: Origin
    version: str
    framing: TracesFraming
    content_type: str
    data_type: str = "traces"
    limits: DataTypeLimits = AGENT_TRACES
    content_encoding: str = IDENTITY

    def send(self, body: bytes, *, batch_id: str) -> Answer:
        """See ``Sink.send``."""
        headers = {
            "Content-Type": self.content_type,
            "X-Datadog-Trace-Count": str(self.framing.count(body)),
            "Datadog-Meta-Lang": "portal",
            "Datadog-Meta-Tracer-Version": f"{self.origin.name}-{self.origin.version}",
            "X-Batch-Id": batch_id,
        }
        url = self.agent.url(f"/{self.version}/traces")
        answer = self.http.request("PUT", url, headers=headers, body=body)
        if answer.status in _NO_AGENT:
            raise _no_agent(answer)
        raise_for(answer, surface="intake")
        return answer


def _no_agent(answer: Answer) -> StopError:
    """Not an error of the API key: the Agent was given none, and the grant is as good as before."""
    error = StopError(
        f"What answers at the Agent's address takes no traces (status {answer.status}).",
        fix="Check the address, and that the Agent there has its trace API switched on.",
    )
    error.status = answer.status
    return error
