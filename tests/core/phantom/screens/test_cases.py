from livernet.core.phantom.screens.cases import MODES, PROBES, QUARANTINED, WRITTEN, Case, deal


def test_shares_are_met_and_every_mode_appears() -> None:
    cases = deal(0, 200)
    modes = [case.mode for case in cases]
    assert modes.count("bmode") == 160
    assert set(modes) == set(MODES)
    assert {case.probe for case in cases} == set(PROBES)
    assert sum("text inside" in case.marks for case in cases) == 12
    assert all(case.mode == "bmode" for case in cases if "text inside" in case.marks)


def test_a_few_pictures_still_show_every_mode() -> None:
    assert {case.mode for case in deal(1, 16)} == set(MODES)
    assert len(deal(1, 3)) == 3


def test_same_seed_same_cases() -> None:
    assert deal(4, 30) == deal(4, 30)
    assert deal(4, 30) != deal(5, 30)


def test_what_is_expected_follows_from_the_case() -> None:
    def expected(mode: str, *marks: str) -> str:
        return Case(mode=mode, probe="convex", condition="plain", marks=frozenset(marks), file="png").expected

    assert expected("bmode", "calipers") == expected("dual") == WRITTEN
    assert expected("bmode", "text inside") == QUARANTINED
    assert {expected(m) for m in ("colour", "power", "spectral", "mmode", "page")} == {QUARANTINED}
