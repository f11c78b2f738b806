"""Text templates: ``aws.{measure}`` with ``{{`` and ``}}`` for braces. Knows no records."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class FieldPart:
    """The place of a field in a template."""

    path: str


def parse_template(template: str) -> list[str | FieldPart]:
    """Split a template into literal text and fields. Raises ValueError with a sentence."""
    parts: list[str | FieldPart] = []
    literal, position = "", 0
    for token in _TOKEN.finditer(template):
        literal += template[position : token.start()]
        position = token.end()
        if token[0] in ("{{", "}}"):
            literal += token[0][0]
            continue
        if literal:
            parts.append(literal)
        parts.append(_field_part(token))
        literal = ""
    literal += template[position:]
    return [*parts, literal] if literal else parts


def _field_part(token: re.Match[str]) -> FieldPart:
    if token[1] is None:
        raise ValueError(
            f'A lone "{token[0]}" at character {token.start() + 1} of the template; '
            f'write "{token[0] * 2}" for a brace'
        )
    path = token[1].strip()
    if not path:
        raise ValueError('"{}" in the template names no field')
    return FieldPart(path)


def template_fields(template: str) -> list[str]:
    """The paths that a template reads, in order."""
    return [part.path for part in parse_template(template) if isinstance(part, FieldPart)]
