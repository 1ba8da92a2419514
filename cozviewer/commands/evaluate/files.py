"""Writes the files of `evaluate`: the report, and the image sheet beside it."""

import json
from pathlib import Path

from cozviewer.commands.common.reports import check_report_name, report_bytes
from cozviewer.commands.evaluate.report import as_json, as_markdown
from cozviewer.commands.evaluate.sheet import origin_of_sheet, sheet_of
from cozviewer.evaluate.results import Evaluation
from cozviewer.export.image import check_target, save_image
from cozviewer.export.replacing import replacing


def check_report(path: Path) -> None:
    """Check, before any work, that a report and its sheet can be written.

    Raises:
        BadInput: The suffix is unknown, or a folder is missing or not writable.
    """
    check_report_name(path)
    check_target(sheet_path(path), 1, 1)


def sheet_path(report: Path) -> Path:
    """Return the path of the sheet of a report."""
    return report.with_name(f"{report.stem}-sheet.png")


def save_report(path: Path, evaluation: Evaluation) -> None:
    """Write the report and the sheet, each atomically.

    Raises:
        BadInput: As `check_report`.
        Failure: The disk is full or was removed.
    """
    sheet = sheet_path(path)
    save_image(sheet, sheet_of(evaluation), origin_of_sheet(evaluation))
    content = report_bytes(path, as_markdown(evaluation, sheet.name), json_text(evaluation))
    with replacing(path, lambda: False) as file:
        file.write(content)


def json_text(evaluation: Evaluation) -> str:
    """Return the report as JSON, which has no NaN."""
    return json.dumps(as_json(evaluation), indent=2, allow_nan=False) + "\n"
