from dataclasses import replace

from livernet.core.preprocess.cohort.places import Places
from livernet.core.preprocess.cohort.plan import make_plan
from livernet.core.preprocess.cohort.record import read_record
from livernet.core.preprocess.cohort.summary import read_made, summarise
from tests.core.preprocess.cohort.test_make import run
from tests.core.preprocess.screens import save, screen


def test_the_summary_of_a_run_is_what_the_cohort_tells(tmp_path):
    raw = tmp_path / "raw"
    for seed, name in enumerate("ab"):
        save(raw / f"{name}.png", screen(seed=seed))
    (raw / "c.png").write_bytes(b"")
    first = run(raw)
    plan = make_plan(Places(raw=raw, out=tmp_path / "out", key=tmp_path / "id.key"))
    again = summarise(plan, read_made(plan.places.out, read_record(plan.places.out)), unchanged=True)
    assert again == replace(first, unchanged=True)
    assert (again.files, again.images, again.patients, again.quarantined) == (3, 2, 2, 1)
    assert (again.rejected, again.admitted, again.on_marker) == (0, 0, "inpaint")
    assert again.reasons == first.reasons == {"the file is empty": 1}
    assert any("patient of its own" in note for note in again.notes)
