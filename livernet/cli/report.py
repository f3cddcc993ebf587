"""``livernet report``: figures and numbers of finished runs on one page."""

from pathlib import Path
from typing import Annotated

import typer

from livernet.cli.options import JsonOption


def report(
    runs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[RUN]...",
            help="Run folders of cv, train or predict. Default: the newest finished one under ./runs.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="The page; its numbers go beside it as .json.")] = Path(
        "report.html"
    ),
    json: JsonOption = False,
) -> None:
    """Write one self-contained HTML page and a JSON file with its numbers."""
    from livernet.cli.console import err, print_json
    from livernet.cli.result_table import print_results
    from livernet.cli.table1 import print_table1
    from livernet.core.report.build import build_report

    written = build_report(runs or [], out, lambda text: err.print(text, markup=False))
    if json:
        print_json(written.document)
        return
    print_results(written.document)
    for run in written.document["runs"]:
        print_table1(run["table1"], (run["summary"] or {}).get("comparisons") or [], run["name"])
    err.print(f"wrote {written.html} (open it in a browser) and {written.json}", markup=False)
