from livernet.core.errors import DataError, FaultsError, LivernetError


def test_an_error_carries_message_and_remedy() -> None:
    error = DataError("scan.png: is empty", "export it again")
    assert isinstance(error, LivernetError)
    assert (str(error), error.hint) == ("scan.png: is empty", "export it again")


def test_faults_are_kept_in_order() -> None:
    error = FaultsError("labels.csv: 2 faults", ["row 2: a", "row 3: b"], "mend them")
    assert error.faults == ("row 2: a", "row 3: b")
