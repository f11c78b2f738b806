"""What is written about the code agrees with the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portal.config.reference import FOLDER, pages

ROOT = FOLDER.parents[1]
READ = re.compile(r'(?:env\.\w+|secret|needed)\(\s*"([A-Z_]+)"')


@pytest.mark.parametrize("name", sorted(pages()))
def test_the_reference_is_what_the_code_says(name: str) -> None:
    assert (FOLDER / name).read_text() == pages()[name], "run `manage.py make_reference`"


def test_every_setting_is_in_the_example() -> None:
    folder = ROOT / "portal" / "config" / "settings"
    read = {name for path in folder.glob("*.py") for name in READ.findall(path.read_text())}
    example = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert example == read | {"DATABASE_SUPPORT_URL", "DATABASE_OWNER_URL"}


def test_every_link_between_documents_leads_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    for document in documents:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_no_lock_file_names_a_package_index() -> None:
    for lock in Path(ROOT / "requirements").glob("*.txt"):
        assert "http" not in re.sub(r"(?m)^\S*http\S*==.*$|^\s*#.*$", "", lock.read_text())
