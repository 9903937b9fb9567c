"""A result on one page for people: a file that any browser shows, prints and saves as PDF."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from PIL import Image

from ai.findings import Finding, Findings
from viewer import DISCLAIMER

#: Of the pictures and the lines of the table that a page has room for.
MOST_PICTURES, MOST_LINES = 2, 15
_WIDTH = 1000
_QUALITY = 85

_STYLE = """
@page { size: A4; margin: 12mm }
* { box-sizing: border-box }
body { font: 10pt/1.4 system-ui, "Segoe UI", "Liberation Sans", sans-serif; color: #16181d;
  background: #fff; max-width: 186mm; margin: 8mm auto }
h1 { font-size: 15pt; margin: 0 }
h2 { font-size: 11pt; margin: 5mm 0 1.5mm }
p { margin: 1mm 0 }
.faint { color: #555b66 }
.disclaimer { border: 1pt solid #16181d; padding: 1.5mm 3mm; margin: 3mm 0; font-weight: 600 }
.outside { border: 1pt solid #a3360b; color: #a3360b; padding: 1.5mm 3mm; margin: 3mm 0 }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .7mm 2mm; border-bottom: .5pt solid #c9ccd2 }
th { font-weight: 600; border-bottom-color: #16181d }
th.text, td.text { text-align: left }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .5mm 4mm; margin: 0 }
dt { color: #555b66 }
dd { margin: 0; overflow-wrap: anywhere }
figure { margin: 0; break-inside: avoid }
.pictures { display: grid; gap: 3mm; margin-top: 3mm }
.pictures.two { grid-template-columns: 1fr 1fr }
img { width: 100%; max-height: 110mm; object-fit: contain; object-position: left; display: block }
@media print { body { margin: 0 } }
"""


def write_page(
    path: Path,
    findings: Findings,
    shown: Sequence[Finding],
    pictures: Mapping[str, Image.Image],
    title: str = "",
) -> None:
    """Write a result as one HTML file with its pictures in it. It names no patient.

    Parameters
    ----------
    path : Path
    findings : Findings
    shown : sequence of Finding
        Those above the threshold, most probable first.
    pictures : mapping of str to Image
        By what they show; only so many as fit on a page are taken.
    title : str
        The series' description.
    """
    taken = list(pictures.items())[:MOST_PICTURES]
    body = [
        f"<h1>{escape(findings.model.id)}: {escape(_answer(findings, shown))}</h1>",
        f'<p class="faint">{escape(title or "Series")} · {escape(findings.series_uid)}</p>',
        f'<p class="disclaimer">{escape(DISCLAIMER)}</p>',
        *_outside(findings),
        *_classes(findings),
        *_table(findings, shown),
        f'<div class="pictures{" two" if len(taken) > 1 else ""}">',
        *(
            f'<figure><img src="{_embedded(picture)}" alt="{escape(name)}"></figure>'
            for name, picture in taken
        ),
        "</div>",
        "<h2>How this came about</h2>",
        *_provenance(findings),
    ]
    head = f'<meta charset="utf-8"><title>{escape(findings.series_uid)}</title>'
    lines = [
        "<!doctype html>",
        f'<html lang="en"><head>{head}<style>{_STYLE}</style></head><body>',
        *body,
        "</body></html>",
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")


def _answer(findings: Findings, shown: Sequence[Finding]) -> str:
    if findings.classes:
        name, p = max(findings.classes.items(), key=lambda one: one[1])
        return f"{name} {p:.2f}"
    if not shown:
        return "nothing found, which does not mean that there is nothing"
    return f"{len(shown)} {'finding' if len(shown) == 1 else 'findings'}"


def _outside(findings: Findings) -> Iterable[str]:
    if not findings.contract.ok:
        reasons = " ".join(findings.contract.reasons)
        yield (
            '<p class="outside"><b>The image does not meet the model’s contract;'
            f" the result means little.</b> {escape(reasons)}</p>"
        )


def _classes(findings: Findings) -> Iterable[str]:
    if findings.classes:
        lines = [(name, f"{p:.3f}") for name, p in findings.classes.items()]
        yield from _rows((("Class", True), ("Probability", False)), lines)


def _table(findings: Findings, shown: Sequence[Finding]) -> Iterable[str]:
    if not shown:
        return
    rated = any(f.malignancy_rating is not None for f in shown)
    heads = [
        ("#", False), ("Finding", True), ("Probability", False), ("Size (mm)", False),
        ("Volume (ml)", False), ("Mean (HU)", False), ("Centre, LPS (mm)", False),
    ]  # fmt: skip
    if rated:
        heads.append(("Suspicion, 1–5", False))
    yield from _rows(heads, [_cells(f, rated) for f in shown[:MOST_LINES]])
    left = len(shown) - MOST_LINES
    if left > 0:
        yield f'<p class="faint">… and {left} less probable, see findings.csv.</p>'


def _cells(finding: Finding, rated: bool) -> list[str]:
    long, short = finding.diameters_mm
    cells = [
        str(finding.id),
        finding.label,
        f"{finding.probability:.2f}",
        f"{long:.1f} × {short:.1f}",
        f"{finding.volume_ml:.2f}",
        "" if finding.mean_hu is None else f"{finding.mean_hu:.0f}".replace("-", "−"),
        ", ".join(f"{v:.1f}".replace("-", "−") for v in finding.center_lps_mm),
    ]
    rating = finding.malignancy_rating
    return [*cells, "" if rating is None else f"{rating:.1f}"] if rated else cells


def _rows(heads: Sequence[tuple[str, bool]], lines: Iterable[Sequence[str]]) -> Iterable[str]:
    """A table; the heads say which columns are text."""
    kinds = [' class="text"' if text else "" for _, text in heads]
    yield "<table><thead><tr>"
    for (head, _), kind in zip(heads, kinds, strict=True):
        yield f"<th{kind}>{escape(head)}</th>"
    yield "</tr></thead><tbody>"
    for line in lines:
        cells = (f"<td{k}>{escape(cell)}</td>" for k, cell in zip(kinds, line, strict=True))
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table>"


def _provenance(findings: Findings) -> Iterable[str]:
    model, run = findings.model, findings.run
    stages = ", ".join(f"{stage} {s:.1f} s" for stage, s in run.seconds.items())
    facts = {
        "Model": f"{model.id} {model.version}",
        "Weights, sha256": model.sha256,
        "Shown": f"probability of at least {run.threshold:g} ({run.operating_point})",
        "Candidates": f"{len(findings.findings)} in all" if findings.findings else "",
        "Contract": "met" if findings.contract.ok else "not met",
        "Started": run.started,
        "Device": run.device,
        "Time": f"{run.total_seconds:.1f} s ({stages})",
        "Software": ", ".join(f"{name} {version}" for name, version in run.versions.items()),
    }
    yield "<dl>"
    for name, fact in facts.items():
        if fact:
            yield f"<dt>{escape(name)}</dt><dd>{escape(fact)}</dd>"
    yield "</dl>"


def _embedded(picture: Image.Image) -> str:
    small = picture.convert("RGB")
    small.thumbnail((_WIDTH, _WIDTH * 2))
    content = io.BytesIO()
    small.save(content, "JPEG", quality=_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(content.getvalue()).decode('ascii')}"
