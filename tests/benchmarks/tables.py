"""The benchmark's figures as tables: for the terminal and, as Markdown, for the README."""

from typing import Any

from rich.table import Table

from tests.benchmarks.naive import TOOLS

Rows = list[tuple[str, str, str]]


def _figures(part: dict[str, Any]) -> list[tuple[str, str]]:
    outcome, sector, leaks, markers = part["outcome"], part["sector"], part["leaks"], part["markers"]
    rows = [
        ("accepted of those to be written", _share(outcome, "written", "to_be_written")),
        ("quarantined of those to be refused", _share(outcome, "quarantined", "to_be_quarantined")),
        ("of the others, text cropped away with the border", str(outcome["text_cropped_away"])),
        ("files neither written nor quarantined", str(outcome["unaccounted"])),
    ]
    if sector["squares"]:
        ious = (sector[key] for key in ("iou_median", "iou_5th_percentile", "iou_worst"))
        rows.append(("sector IoU, median / 5th percentile / worst", " / ".join(f"{v:.3f}" for v in ious)))
        kept = sector["echoes_kept_percent"]
        rows.append(("visible echoes kept, median / worst", f"{kept['median']} % / {kept['worst']} %"))
    ink = f"{leaks['pictures_with_any_ink']} (at most {leaks['most_ink_px']} px)"
    rows += [
        ("tokens in any byte of the output", f"{len(leaks['bytes'])} of {leaks['tokens']} tokens"),
        ("squares with legible patient text", str(leaks["pictures_with_legible_text"])),
        ("squares with any pixel of such text", ink),
    ]
    if "ocr_control" in leaks:
        control = leaks["ocr_control"]
        share = f"{control['raw_screens_with_a_token_read']} of {control['of']} raw screens"
        found = f"{len(leaks['ocr_squares'])} squares, {len(leaks['ocr_thumbnails'])} thumbnails"
        rows.append(("tokens that tesseract reads", f"{found} (on {share} it reads one)"))
    rows += [
        ("marks found / findings that are marks",
         f"{markers['found']} of {markers['marks']} / {markers['right']} of {markers['findings']}"),
        ("CPU seconds a picture, start-up included", f"{part['cpu_seconds_per_picture']:.3f}"),
    ]  # fmt: skip
    return rows


def _share(outcome: dict[str, Any], part: str, of: str) -> str:
    if not outcome[of]:
        return "-"
    return f"{100 * outcome[part] / outcome[of]:.1f} % ({outcome[part]} of {outcome[of]})"


def _merged(document: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    parts = [name for name in ("phantom", "real") if name in document]
    columns = [f"{name}, {document[name]['outcome']['pictures']} screens" for name in parts]
    by_part = [dict(_figures(document[name])) for name in parts]
    names = list(by_part[0])
    return ["", *columns], [[name, *(part.get(name, "-") for part in by_part)] for name in names]


def _comparison(document: dict[str, Any]) -> list[list[str]]:
    part = document["phantom"]
    rows = []
    for tool in TOOLS:
        found = part["naive"][tool]
        rows.append([tool, f"{found['leaking']} of {found['pictures']}",
                     f"{found['leaking_dicom']} of {part['naive']['dicom_files']}"])  # fmt: skip
    ours = part["leaks"]["pictures_with_legible_text"]
    return [*rows, ["livernet preprocess", f"{ours} of {part['outcome']['pictures']}", "see the first table"]]


def _tables(document: dict[str, Any]) -> list[tuple[str, list[str], list[list[str]]]]:
    heads, rows = _merged(document)
    found = [("De-identification", heads, rows)]
    heads = ["tool", "screens on which a name, number, date or hospital stays legible", "of the DICOM files"]
    found.append(("The same screens through simpler tools", heads, _comparison(document)))
    if document.get("dicom"):
        names = list(document["dicom"][0])
        found.append(
            ("DICOM files", names, [[str(row[name]) for name in names] for row in document["dicom"]])
        )
    return found


def rich_tables(document: dict[str, Any]) -> list[Table]:
    """For the terminal."""
    made = []
    for title, heads, rows in _tables(document):
        table = Table(*heads, title=title)
        for row in rows:
            table.add_row(*row)
        made.append(table)
    return made


def markdown(document: dict[str, Any]) -> str:
    """For the README."""
    parts = []
    for title, heads, rows in _tables(document):
        lines = [f"**{title}**", "", f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
        lines += [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)
