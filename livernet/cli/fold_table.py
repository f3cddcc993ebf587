"""How a cohort was divided: images and patients of each fold, its patients by stage."""

from rich.box import SIMPLE_HEAD
from rich.table import Table

from livernet.core.experiment.plan import CvPlan, count_folds
from livernet.core.stages import STAGES


def fold_table(plan: CvPlan) -> Table:
    """One row a fold: what it trains on, what it holds out."""
    table = Table(
        title=f"Folds by {plan.splits.protocol}, seed {plan.splits.seed}; F0.. count the patients held out",
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("fold" if plan.splits.protocol != "site" else "site")
    known = {row.stage for row in plan.cohort.rows}
    occurring = [name for number, name in enumerate(STAGES) if number in known]
    for heading in ("trains on", "holds out", *occurring):
        table.add_column(heading, justify="right", no_wrap=True)
    for fold in count_folds(plan):
        stages = (str(fold["test"]["patients_by_stage"][stage]) for stage in occurring)
        table.add_row(fold["name"], _size(fold["train"]), _size(fold["test"]), *stages)
    return table


def _size(part: dict[str, int]) -> str:
    return f"{part['images']} images, {part['patients']} pat."
