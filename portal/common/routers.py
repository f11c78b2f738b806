"""Which database alias may do what."""

from __future__ import annotations

from typing import Any


class OwnerMigrates:
    """Tables belong to the owner role; the aliases are one database under three roles."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool:
        return True
