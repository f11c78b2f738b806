"""Defining what the vendor offers. Datasets belong to no tenant; the vendor's people make them."""

from __future__ import annotations

from collections import Counter

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction

from portal.mappings.domain import (
    MAX_SAMPLES,
    TIME_TYPES,
    DatasetDraft,
    FieldDraft,
    FieldType,
    MappingsError,
)
from portal.mappings.gateways import misfit_of
from portal.mappings.models import Dataset, DatasetField

Problems = list[tuple[str, str]]


@transaction.atomic
def define_dataset(draft: DatasetDraft) -> Dataset:
    """Save a dataset under its name, new or changed; fields that the draft lacks go away."""
    problems = dataset_problems(draft)
    if problems:
        path, message = problems[0]
        raise MappingsError(f"Dataset {draft.name}, {path}: {message}", problems)
    dataset, _created = Dataset.objects.update_or_create(
        name=draft.name,
        defaults={
            "title": draft.title,
            "description": draft.description,
            "id_field": draft.id_field,
            "time_field": draft.time_field,
            "active": True,
        },
    )
    kept = [_save_field(dataset, field, position=at) for at, field in enumerate(draft.fields)]
    dataset.fields.exclude(pk__in=kept).delete()
    return dataset


def _save_field(dataset: Dataset, draft: FieldDraft, *, position: int) -> int:
    field, _created = DatasetField.objects.update_or_create(
        dataset=dataset,
        name=draft.name,
        defaults={
            "position": position,
            "type": draft.type,
            "required": draft.required,
            "description": draft.description,
            "samples": list(draft.samples),
        },
    )
    return field.pk


def dataset_problems(draft: DatasetDraft) -> Problems:
    """Everything that is wrong with a dataset, as (path, sentence) pairs."""
    problems: Problems = []
    try:
        validate_slug(draft.name)
    except ValidationError:
        problems.append(("name", "Use letters, digits, hyphens and underscores only."))
    if not draft.title.strip():
        problems.append(("title", "Give the dataset a title."))
    if not draft.fields:
        problems.append(("fields", "Name at least one field."))
    for index, field in enumerate(draft.fields):
        problems += _field_problems(f"fields[{index}]", field)
    return problems + _repeated_names(draft) + _key_field_problems(draft)


def _field_problems(path: str, field: FieldDraft) -> Problems:
    if not field.name.strip():
        return [(f"{path}.name", "Give the field a name.")]
    if field.type not in set(FieldType):
        known = ", ".join(FieldType)
        return [(f"{path}.type", f'"{field.type}" is no type; there are {known}.')]
    if len(field.samples) > MAX_SAMPLES:
        return [(f"{path}.samples", f"Give at most {MAX_SAMPLES} sample values.")]
    misfits = (misfit_of(field.name, field.type, sample) for sample in field.samples)
    return [(f"{path}.samples", misfit) for misfit in misfits if misfit]


def _repeated_names(draft: DatasetDraft) -> Problems:
    counted = Counter(field.name for field in draft.fields)
    return [
        ("fields", f'The name "{name}" is used {count} times.')
        for name, count in counted.items()
        if count > 1
    ]


def _key_field_problems(draft: DatasetDraft) -> Problems:
    types = {field.name: field.type for field in draft.fields}
    problems = [
        (place, f'The dataset has no field "{name}".')
        for place, name in (("id_field", draft.id_field), ("time_field", draft.time_field))
        if name and name not in types
    ]
    if types.get(draft.time_field, FieldType.TIMESTAMP) not in TIME_TYPES:
        kind = types[draft.time_field]
        problems.append(("time_field", f'"{draft.time_field}" is of type {kind}, not a time.'))
    return problems
