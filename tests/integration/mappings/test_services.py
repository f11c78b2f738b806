"""Defining datasets; making, changing and removing mappings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from portal.accounts.models import AuditEntry, Organisation
from portal.common.tenancy import tenant
from portal.mappings.domain import DatasetDraft, FieldDraft, MappingsError
from portal.mappings.models import Dataset, Mapping
from portal.mappings.selectors import mappings_of_organisation, revisions_of, sample_records
from portal.mappings.services.datasets import define_dataset
from portal.mappings.services.mappings import create_mapping, remove_mapping, update_mapping
from tests.factories import (
    METRICS_DOCUMENT,
    ConnectionFactory,
    DatasetFactory,
    MappingFactory,
    UserFactory,
    make_organisation,
)

pytestmark = pytest.mark.django_db

FIELDS = (
    FieldDraft("resource", "string", ("24ae8d", "53ea38")),
    FieldDraft("measured_at", "timestamp", ("2014-02-14T14:30:00Z",)),
    FieldDraft("value", "number", (0.132, 0.134)),
)
DRAFT = DatasetDraft("cloud", "Cloud metrics", FIELDS, time_field="measured_at")


@pytest.fixture
def organisation() -> Iterator[Organisation]:
    made = make_organisation()
    with tenant(made.id):
        yield made


def changed(**changes: Any) -> dict[str, Any]:
    return {**METRICS_DOCUMENT, **changes}


def test_a_dataset_is_defined_and_defined_again_under_its_name() -> None:
    define_dataset(DRAFT)
    define_dataset(DatasetDraft("cloud", "Cloud", (*FIELDS[1:], FieldDraft("unit", "string"))))
    dataset = Dataset.objects.get()
    assert dataset.title == "Cloud"
    assert [field.name for field in dataset.fields.all()] == ["measured_at", "value", "unit"]


@pytest.mark.parametrize(
    ("draft", "path"),
    [
        (DatasetDraft("no spaces", "Title", FIELDS), "name"),
        (DatasetDraft("cloud", " ", FIELDS), "title"),
        (DatasetDraft("cloud", "Title", ()), "fields"),
        (DatasetDraft("cloud", "Title", FIELDS, id_field="id"), "id_field"),
        (DatasetDraft("cloud", "Title", (*FIELDS, FIELDS[0])), "fields"),
        (DatasetDraft("cloud", "Title", (FieldDraft("a", "text"),)), "fields[0].type"),
        (DatasetDraft("cloud", "Title", (FieldDraft("a", "number", ("x",)),)), "fields[0].samples"),
        (
            DatasetDraft("cloud", "Title", (FieldDraft("a", "boolean"),), time_field="a"),
            "time_field",
        ),
    ],
)
def test_a_wrong_dataset_is_refused_with_the_place(draft: DatasetDraft, path: str) -> None:
    with pytest.raises(MappingsError) as refusal:
        define_dataset(draft)
    assert [place for place, _message in refusal.value.problems] == [path]
    assert not Dataset.objects.exists()


def test_samples_make_records_and_paths_make_objects() -> None:
    fields = (*FIELDS, FieldDraft("user.name", "string", ("Ada",)))
    records = sample_records(define_dataset(DatasetDraft("cloud", "Cloud", fields)))
    assert records[1] == {
        "resource": "53ea38",
        "measured_at": "2014-02-14T14:30:00Z",
        "value": 0.134,
        "user": {"name": "Ada"},
    }


def test_a_new_mapping_is_revision_one_and_audited(organisation: Organisation) -> None:
    person = UserFactory()
    mapping = create_mapping(
        connection=ConnectionFactory(organisation=organisation),
        dataset=DatasetFactory(),
        name=" CPU ",
        document=METRICS_DOCUMENT,
        by=person,
    )
    assert (mapping.name, mapping.data_type, mapping.revision) == ("CPU", "metrics", 1)
    assert revisions_of(mapping).get().saved_by == person
    assert AuditEntry.objects.filter(action="mapping created", actor=person).exists()


def test_a_wrong_document_is_refused_with_place_and_advice(organisation: Organisation) -> None:
    with pytest.raises(MappingsError) as refusal:
        create_mapping(
            connection=ConnectionFactory(organisation=organisation),
            dataset=DatasetFactory(),
            name="CPU",
            document=changed(timestamp={"field": "att"}),
            by=None,
        )
    assert refusal.value.problems == [
        ("timestamp.field", 'The dataset has no field "att". Did you mean "at"?')
    ]
    assert not Mapping.objects.exists()


def test_a_change_makes_a_revision_and_the_same_again_makes_none(
    organisation: Organisation,
) -> None:
    mapping = MappingFactory(organisation=organisation)
    for _again in range(2):
        update_mapping(mapping=mapping, name="New", document=changed(tags=[]), by=None)
    mapping.refresh_from_db()
    assert (mapping.name, mapping.revision) == ("New", 2)
    assert [revision.number for revision in revisions_of(mapping)] == [2, 1]


def test_nobody_saves_over_a_revision_they_have_not_seen(organisation: Organisation) -> None:
    mapping = MappingFactory(organisation=organisation)
    update_mapping(mapping=mapping, name="A", document=changed(tags=[]), by=None, based_on=1)
    with pytest.raises(MappingsError, match="revision 2 while you were editing revision 1"):
        update_mapping(mapping=mapping, name="B", document=METRICS_DOCUMENT, by=None, based_on=1)


def test_a_name_is_taken_until_its_mapping_is_removed(organisation: Organisation) -> None:
    mapping = MappingFactory(organisation=organisation, name="CPU")
    again: dict[str, Any] = {
        "connection": mapping.connection,
        "dataset": mapping.dataset,
        "name": "CPU",
        "document": METRICS_DOCUMENT,
        "by": None,
    }
    with pytest.raises(MappingsError, match="already has a mapping"):
        create_mapping(**again)
    remove_mapping(mapping=mapping, by=None)
    create_mapping(**again)
    assert mappings_of_organisation().count() == 1
