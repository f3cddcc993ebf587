"""Audit: are the answers better where the liver is outlined better?"""

from collections.abc import Mapping
from typing import Any

from livernet.core.audits.audit import Audit, not_run


def audit_masks(relation: Mapping[str, Any] | None) -> Audit:
    """What the relation between mask quality and correctness means; ``None`` where it was not measured."""
    if not relation:
        return not_run("masks", "The relation of masks and answers was not measured.")
    return not_run("masks", "The relation of masks and answers was not measured.")
