import numpy as np

from livernet.core.audits.questions import make_subjects
from livernet.core.audits.sample import sample_images
from tests.core.audits.trials import GROUPING, make_rows


def test_a_small_cohort_is_read_whole() -> None:
    subjects = make_subjects(make_rows(images=2), GROUPING)
    assert sample_images(subjects, 0) == subjects.images


def test_a_large_cohort_is_sampled_by_patient() -> None:
    rows = make_rows(images=3)
    chosen = sample_images(make_subjects(rows, GROUPING), 0, most=60)
    assert len(chosen) == 60
    counts = np.unique([rows[i].patient for i in chosen], return_counts=True)[1]
    assert set(counts.tolist()) == {3}
    assert chosen == sample_images(make_subjects(rows, GROUPING), 0, most=60)
    assert chosen != sample_images(make_subjects(rows, GROUPING), 1, most=60)


def test_copies_come_together() -> None:
    rows = make_rows()
    pairs = [(i, i + 39) for i in range(39)]
    chosen = set(sample_images(make_subjects(rows, GROUPING, pairs), 0, most=20))
    assert len(chosen) == 20
    assert all((one in chosen) == (other in chosen) for one, other in pairs)
