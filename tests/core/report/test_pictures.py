from dataclasses import replace

from livernet.core.report.collect import Run
from livernet.core.report.duplicates import duplicates
from livernet.core.report.gallery import gallery
from livernet.core.report.pictures import draw_pictures


def test_every_case_and_every_copy_has_its_picture(cv_run: Run) -> None:
    copies = ["images/image-000.png", "images/image-001.png", "gone.png"]
    run = replace(cv_run, splits=(cv_run.splits or {}) | {"duplicates": [copies]})
    entry = {"gallery": gallery(run), "duplicates": duplicates(run)}
    drawn = draw_pictures(run, entry)
    assert set(drawn["overlays"]) == {case["image"] for case in entry["gallery"]["cases"]}
    assert all(shape.expert and shape.predicted for shape in drawn["overlays"].values())
    assert list(drawn["thumbnails"]) == copies[:2]


def test_without_the_cohort_there_are_none(cv_run: Run) -> None:
    run = replace(cv_run, cohort=None)
    entry = {"gallery": gallery(run), "duplicates": duplicates(run)}
    assert draw_pictures(run, entry) == {"overlays": {}, "thumbnails": {}}
