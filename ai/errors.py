"""What can go wrong in ``ai``: one root, a handful of kinds."""

from __future__ import annotations


class AIError(Exception):
    """Something asked of a model could not be done.

    Parameters
    ----------
    message : str
        What happened, in a sentence.
    remedy : str, optional
        What the user can do about it.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(f"{message} {remedy}".strip())

    def __reduce__(self) -> tuple[type[AIError], tuple[str, str]]:
        return type(self), (self.message, self.remedy)


class PackageError(AIError):
    """A model package is missing, malformed, tampered with or not trusted."""


class ContractError(AIError):
    """The image does not meet the model's input contract."""


class CancelledError(AIError):
    """The user cancelled the run."""


class WorkerError(AIError):
    """The inference process died or broke off."""
