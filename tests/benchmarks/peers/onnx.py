"""ONNX Runtime, fp32, with the weights of the contest: the plain network, exported."""

import tempfile
from pathlib import Path

import onnxruntime
import torch

from tests.benchmarks.peers.on_torch import facts_of, open_line
from tests.benchmarks.peers.pictures import fixed_picture, load_predictor, sample


def main() -> None:
    line = open_line()
    settings = line.settings
    model, picture = load_predictor(settings), fixed_picture(settings)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.onnx"
        torch.onnx.export(model, (picture,), file, dynamo=True, external_data=False)
        on = "CUDA" if settings.device.startswith("cuda") else "CPU"
        session = onnxruntime.InferenceSession(file, providers=[f"{on}ExecutionProvider"])
    given = {session.get_inputs()[0].name: picture.numpy()}
    versions = {"onnxruntime": onnxruntime.__version__, "torch": torch.__version__}
    found = sample(*(torch.from_numpy(array) for array in session.run(None, given)))
    line.ready(**facts_of(model) | {"versions": versions}, sample=found)
    line.serve(lambda: session.run(None, given))


if __name__ == "__main__":
    main()
