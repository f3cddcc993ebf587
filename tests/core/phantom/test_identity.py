import re

import numpy as np

from livernet.core.phantom.identity import HOSPITALS, invent


def test_people_are_complete_and_numbers_differ() -> None:
    people = [invent(np.random.default_rng(index), index) for index in range(60)]
    assert len({p.number for p in people}) == 60
    assert len({p.name for p in people}) > 40
    for person in people:
        assert re.fullmatch(r"[A-Z]+ [A-Z]+", person.name)
        assert re.fullmatch(r"[가-힣]{3}", person.hangul)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", person.birth)
        assert person.birth < person.study
        assert person.sex in "MF"
        assert 0 <= person.site < len(HOSPITALS)


def test_name_and_hangul_say_the_same() -> None:
    person = next(p for p in (invent(np.random.default_rng(i), i) for i in range(100)) if p.hangul[0] == "김")
    assert person.name.startswith("KIM ")


def test_hospitals_say_that_they_are_models() -> None:
    assert all("MODEL" in latin and "모형" in hangul for latin, hangul in HOSPITALS)
