"""``livernet doctor``: what this machine has, what is missing, and how long things will take."""

import typer

from livernet.cli.options import DeviceOption, JsonOption


def doctor(device: DeviceOption = "auto", json: JsonOption = False) -> None:
    """Look at this machine: versions, device, decoders, disk, and how long the presets would take."""
    from dataclasses import asdict
    from pathlib import Path

    from rich.table import Table
    from rich.text import Text

    from livernet.cli.console import err, out, print_json
    from livernet.core.experiment.doctor import examine, measured_speed

    checks = examine(device, Path())
    faults = [check for check in checks if check.remedy]
    if not any(check.name == "device" for check in faults):
        with err.status("timing one training step of each preset"):
            checks += measured_speed(device)
    if json:
        print_json([asdict(check) for check in checks])
    else:
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        for check in checks:
            mark = Text("!", style="yellow") if check.remedy else Text("✓", style="green")
            table.add_row(mark, Text(check.name, style="bold"), Text(check.value))
            if check.remedy:
                table.add_row("", "", Text(check.remedy, style="yellow"))
        out.print(table)
    if any(check.name in ("device", "write access") for check in faults):
        raise typer.Exit(1)
