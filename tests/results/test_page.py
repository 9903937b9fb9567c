"""The page of a result: all that counts is on it, and nothing on it comes from elsewhere."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image
from pydantic import ValidationError

from ai.findings import Contract, FindingsDocument
from tests.results.test_results import made
from viewer import DISCLAIMER
from viewer.results.page import MOST_LINES, write_page


class Page(HTMLParser):
    """Text, tags and links of a page; every tag that is opened is closed."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.text, self.tags, self.links, self._open = "", [], [], []
        self.feed(path.read_text("utf-8"))
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("src", "href")]
        if tag not in ("meta", "img"):
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += f"{data}\n"


def test_a_page_tells_what_was_found_and_how(tmp_path: Path) -> None:
    findings, _ = made()
    path = tmp_path / "report.html"
    write_page(path, findings, findings.findings, {"a": Image.new("RGB", (2000, 1000))}, "Chest")
    page = Page(path)
    for text in (DISCLAIMER, findings.model.sha256, findings.series_uid, "Chest", "3 findings"):
        assert text in page.text
    for finding in findings.findings:
        assert f"{finding.probability:.2f}" in page.text
    assert page.tags.count("tr") == 1 + 3
    (link,) = page.links
    assert link.startswith("data:image/jpeg;base64,")
    assert "does not meet" not in page.text


def test_what_files_say_is_text_on_the_page(tmp_path: Path) -> None:
    findings, _ = made()
    path = tmp_path / "report.html"
    write_page(path, findings, (), {}, "<script>alert(1)</script> & co")
    page = Page(path)
    assert "script" not in page.tags
    assert "<script>alert(1)</script> & co" in page.text
    assert "does not mean that there is nothing" in page.text


def test_a_result_out_of_contract_says_so_at_the_top(tmp_path: Path) -> None:
    findings, _ = made()
    outside = replace(findings, contract=Contract(ok=False, reasons=("Too thick.",)))
    path = tmp_path / "report.html"
    write_page(path, outside, outside.findings, {})
    text = Page(path).text
    assert "does not meet the model’s contract" in text
    assert text.index("Too thick.") < text.index("Probability")


def test_a_long_list_is_cut_and_says_so(tmp_path: Path) -> None:
    findings, _ = made()
    many = tuple(findings.findings[0] for _ in range(MOST_LINES + 7))
    path = tmp_path / "report.html"
    write_page(path, replace(findings, findings=many), many, {})
    page = Page(path)
    assert page.tags.count("tr") == 1 + MOST_LINES
    assert "and 7 less probable" in page.text


def test_a_document_is_what_its_schema_says() -> None:
    findings, _ = made()
    document = findings.document()
    assert FindingsDocument.model_validate(document).series_uid == findings.series_uid
    with pytest.raises(ValidationError):
        FindingsDocument.model_validate({**document, "schema": "hounsfield.findings/2"})
