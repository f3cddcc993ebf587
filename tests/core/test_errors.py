import pickle

import pytest

from livernet.core.errors import DataError, FaultsError, LivernetError


def test_an_error_carries_message_and_remedy() -> None:
    error = DataError("scan.png: is empty", "export it again")
    assert isinstance(error, LivernetError)
    assert (str(error), error.hint) == ("scan.png: is empty", "export it again")


def test_faults_are_kept_in_order() -> None:
    error = FaultsError("labels.csv: 2 faults", ["row 2: a", "row 3: b"], "mend them")
    assert error.faults == ("row 2: a", "row 3: b")


@pytest.mark.parametrize(
    "error", [DataError("a.png: bad", "mend it"), FaultsError("two", ["x", "y"], "mend")]
)
def test_errors_travel_between_processes(error: LivernetError) -> None:
    error.add_note("where")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
