"""The same network in plain PyTorch: NCHW, fp32, nothing tuned."""

import torch

from tests.benchmarks.peers.line import Line
from tests.benchmarks.peers.network import PlainNet, loss_of
from tests.benchmarks.peers.on_torch import answer, facts_of, open_line, serve
from tests.benchmarks.peers.pictures import fixed_picture, load_predictor, sample


def serve_answers(line: Line) -> None:
    settings = line.settings
    model = load_predictor(settings).to(settings.device)
    picture = fixed_picture(settings).to(settings.device)
    line.ready(**facts_of(model), sample=sample(*answer(model, picture, settings)))
    line.serve(lambda: answer(model, picture, settings))


def main() -> None:
    line = open_line()
    if line.settings.task == "infer":
        serve_answers(line)
    model = PlainNet(line.settings.width, line.settings.norm).to(line.settings.device)
    serve(line, model, torch.optim.Adadelta(model.parameters(), lr=1.0, rho=0.95, eps=1e-7), loss_of)


if __name__ == "__main__":
    main()
