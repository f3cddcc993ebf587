from livernet.core.preprocess.cohort.existing import read_decided, read_entries, read_refused
from livernet.core.preprocess.cohort.pieces import BEFORE, COMPARED
from livernet.core.preprocess.cohort.record import read_record
from tests.core.preprocess.cohort.test_make import contents, raw, run  # noqa: F401


def test_a_cohort_is_read_back(raw):  # noqa: F811
    summary = run(raw)
    entries = read_entries(summary.out, read_record(summary.out))
    assert len(entries) == 3
    masked = next(entry for entry in entries if entry.row.mask)
    assert masked.parts == ("images", "masks", "masks_b")
    assert all(masked.piece(part).startswith(b"\x89PNG") for part in masked.parts)
    assert masked.piece(BEFORE).startswith(b"\xff\xd8")
    assert len(masked.piece(COMPARED)) == 64 * 64
    assert masked.facts() == read_record(summary.out)["images"][masked.row.image]
    assert [one.token[0] for one in read_refused(summary.out)] == ["Q"]
    assert read_decided(summary.out) == []


def test_thumbnails_come_out_the_same(raw):  # noqa: F811
    # what a reviewer is shown does not depend on whether the raw pictures are still there
    summary = run(raw, key=False)
    sheet = contents(summary.out)["review.html"].decode()
    import base64

    for entry in read_entries(summary.out, read_record(summary.out)):
        assert base64.b64encode(entry.piece(BEFORE)).decode() in sheet
