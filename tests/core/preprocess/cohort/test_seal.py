from livernet.core.preprocess.cohort.seal import fits, seal

KEY = b"k" * 32


def test_under_a_key_the_same_again():
    assert seal("7,F3", KEY) == seal("7,F3", KEY) != seal("7,F2", KEY)
    assert fits(seal("7,F3", KEY), "7,F3", KEY)
    assert not fits(seal("7,F3", KEY), "7,F2", KEY)
    assert not fits(seal("7,F3", KEY), "7,F3", b"o" * 32)
    assert not fits(seal("7,F3", KEY), "7,F3", None)


def test_without_a_key_another_each_time_and_still_told():
    first, second = seal("7,F3", None), seal("7,F3", None)
    assert first != second
    assert fits(first, "7,F3", None)
    assert fits(second, "7,F3", KEY)
    assert not fits(first, "7,F2", None)


def test_nonsense_fits_nothing():
    assert not fits("None", "7,F3", KEY)
