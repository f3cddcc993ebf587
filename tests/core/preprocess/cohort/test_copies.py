import json

from livernet.core.data.manifest import Row
from livernet.core.preprocess.cohort.assemble import Entry
from livernet.core.preprocess.cohort.copies import Copies, count_copies, mark_copies
from tests.core.data.duplicates.pictures import picture, thumbnails


def entry(name: str, seed: int, digest: str) -> Entry:
    (small,) = thumbnails(picture(seed))
    pieces = {"facts": json.dumps({"sha256": {"images": digest}}).encode(), "compared": small.tobytes()}
    return Entry(row=Row(image=f"images/{name}.png", patient=name), parts=(), piece=pieces.__getitem__)


def test_numbers_run_in_the_order_of_the_names():
    entries = [
        entry("d", 1, "x"),
        entry("b", 2, "y"),
        entry("c", 1, "x"),
        entry("a", 2, "z"),
        entry("e", 3, "u"),
    ]
    marked = mark_copies(entries)
    assert [one.row.image[7] for one in marked] == list("abcde")
    assert [one.row.duplicate_group for one in marked] == [1, 1, 2, 2, None]


def test_copies_are_counted():
    rows = [
        Row(image="1", patient="a", stage=1, duplicate_group=1),
        Row(image="2", patient="a", stage=1, duplicate_group=1),
        Row(image="3", patient="b", stage=0, duplicate_group=2),
        Row(image="4", patient="c", stage=4, duplicate_group=2),
        Row(image="5", patient="d", duplicate_group=2),
        Row(image="6", patient="e"),
    ]
    assert count_copies(rows) == Copies(groups=2, images=5, across_patients=1, across_stages=1)
