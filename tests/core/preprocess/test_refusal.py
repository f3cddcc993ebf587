from livernet.core.preprocess.refusal import Quarantined


def test_says_the_reason_and_keeps_the_remedy():
    why = Quarantined("too small", "export it larger")
    assert str(why) == why.reason == "too small"
    assert why.remedy == "export it larger"
