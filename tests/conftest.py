import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    """Tests run side by side; torch's threads would fight over the cores, and tiny tensors gain nothing."""
    torch.set_num_threads(1)
