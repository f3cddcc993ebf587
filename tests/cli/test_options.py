import pytest
from typer import Typer
from typer.testing import CliRunner

from livernet.cli.app import app
from livernet.cli.options import SeedOption, SetOption


def test_repeated_settings_and_the_seed_reach_the_command() -> None:
    heard: list[object] = []
    own = Typer()

    @own.command()
    def command(setting: SetOption = None, seed: SeedOption = None) -> None:
        heard.extend((setting, seed))

    assert CliRunner().invoke(own, ["--set", "a=1", "--set", "b=2", "--seed", "3"]).exit_code == 0
    assert heard == [["a=1", "b=2"], 3]
    assert CliRunner().invoke(own, ["--seed", "-1"]).exit_code == 2


@pytest.mark.parametrize("command", ["train", "cv"])
def test_commands_that_train_share_their_options(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"}).output
    for option in ("--preset", "--config", "--set", "--classes", "--seed", "--device", "--name", "--json"):
        assert option in shown
