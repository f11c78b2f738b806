"""A secret as a value: it prints as stars and is revealed in one place only."""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """Wraps a secret string so that no log, page, pickle or JSON shows it by accident."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        if not value:
            raise ValueError("A secret must not be empty.")
        self.__value = value

    def reveal(self) -> str:
        """Return the plain text. Call it only where the secret leaves the process."""
        return self.__value

    @property
    def last_four(self) -> str:
        """The only part that people may see; nothing of a secret shorter than 12 characters."""
        return self.__value[-4:] if len(self.__value) >= 12 else ""

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.__value == other.__value

    def __hash__(self) -> int:
        return hash(("Secret", self.__value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret cannot be pickled.")
