"""What the documents say of the project is so."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_tests_that_documents_name_exist() -> None:
    named = {
        name
        for document in (ROOT / "docs").rglob("*.md")
        for name in re.findall(r"`(test_\w+)`", document.read_text("utf-8"))
    }
    defined = {
        name
        for module in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)\(", module.read_text("utf-8"))
    }
    assert len(named) > 50
    assert named <= defined, f"not there: {sorted(named - defined)}"
