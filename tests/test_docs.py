"""What the documents say of the project is so."""

from __future__ import annotations

import re
from pathlib import Path

from ai.findings import schema_text

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


def test_the_published_schema_of_findings_is_the_one_that_is_written() -> None:
    published = (ROOT / "docs/findings.schema.json").read_text("utf-8")
    assert published == schema_text(), (
        "write it anew: python -c 'from ai.findings import schema_text;"
        ' print(schema_text(), end="")\' > docs/findings.schema.json'
    )
