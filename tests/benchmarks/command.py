"""The command line of the code that stands here, whatever version is installed."""

import sys

_CODE = "import sys; from livernet.cli.app import run; sys.exit(run(sys.argv[1:]))"


def livernet(*words: str) -> list[str]:
    """The words that start ``livernet WORDS`` in a process of its own."""
    return [sys.executable, "-c", _CODE, *words]
