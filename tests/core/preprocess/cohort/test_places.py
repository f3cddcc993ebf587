import pytest

from livernet.core.errors import DataError, OutputError
from livernet.core.preprocess.cohort.places import Places, check_places, with_defaults
from tests.core.preprocess.screens import save, screen

GREY = screen()[:20, :20]


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    save(folder / "a.png", GREY)
    return folder


def test_out_may_lie_inside_raw_but_not_around_it(raw):
    check_places(Places(raw=raw, out=raw / "out"))
    for out in (raw, raw.parent, raw / "masks"):
        with pytest.raises(OutputError, match="holds the raw pictures or masks"):
            check_places(Places(raw=raw, out=out))


@pytest.mark.parametrize("place", ["key", "quarantine_map", "review", "labels"])
def test_secrets_stay_out_of_out(raw, place):
    out = raw.parent / "out"
    with pytest.raises(OutputError, match="must stay free of patient data"):
        check_places(Places(raw=raw, out=out, **{place: out / "file"}))


def test_the_map_overwrites_nothing_but_a_map(raw):
    (raw.parent / "id.key").write_text("0123456789abcdef0123456789abcdef")
    for taken in (raw / "a.png", raw.parent / "id.key", raw):
        with pytest.raises(OutputError, match="no map of a quarantine"):
            check_places(Places(raw=raw, out=raw.parent / "out", quarantine_map=taken))


def test_a_cohort_is_not_prepared_again(raw):
    for name in ("manifest.csv", "preprocess.json"):
        (raw / name).write_text("x")
    with pytest.raises(DataError, match="is a cohort already"):
        check_places(Places(raw=raw, out=raw.parent / "out"))


def test_what_lies_in_raw_is_found(raw):
    plain = with_defaults(Places(raw=raw, out=raw.parent / "out"))
    assert (plain.labels, plain.masks) == (None, None)
    (raw / "labels.csv").write_text("x")
    (raw / "masks").mkdir()
    full = with_defaults(Places(raw=raw, out=raw.parent / "out"))
    assert (full.labels, full.masks) == (raw / "labels.csv", raw / "masks")
