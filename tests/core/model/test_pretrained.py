import hashlib
import os
import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from livernet.core.errors import DataError
from livernet.core.model.pretrained import load_pretrained
from livernet.core.model.vgg import VggFeatures

IMAGENET = "vgg16-397923af.pth"


def state(name: str = "vgg16") -> dict[str, torch.Tensor]:
    """As torchvision writes it, with a classifier that is not used."""
    features = {key.replace("layers.", "features."): v for key, v in VggFeatures(name).state_dict().items()}
    return features | {"classifier.0.weight": torch.zeros(2, 2)}


class Hostile:
    """Makes a file where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (f"touch '{self.mark}'",)


@pytest.mark.parametrize("ending", [".pth", ".safetensors"])
def test_a_state_dict_of_either_format(tmp_path: Path, ending: str) -> None:
    file, weights = tmp_path / f"w{ending}", state()
    weights["features.0.weight"] = weights["features.0.weight"].half()
    save_file(weights, file) if ending == ".safetensors" else torch.save(weights, file)
    found, source = load_pretrained("vgg16", str(file), 0)
    assert source == f"w{ending}"
    assert found["layers.0.weight"].dtype is torch.float32
    assert torch.equal(found["layers.28.bias"], weights["features.28.bias"])
    VggFeatures("vgg16").load_state_dict(found)


def test_none_is_random_by_seed() -> None:
    first, source = load_pretrained("vgg16", "none", 3)
    assert source == "none: random numbers"
    before = torch.get_rng_state()
    assert torch.equal(load_pretrained("vgg16", "none", 3).state["layers.0.weight"], first["layers.0.weight"])
    assert torch.equal(torch.get_rng_state(), before)
    other = load_pretrained("vgg16", "none", 4).state["layers.0.weight"]
    assert not torch.equal(other, first["layers.0.weight"])


def fault(file: Path, name: str = "vgg16") -> str:
    with pytest.raises(DataError) as caught:
        load_pretrained(name, str(file), 0)
    assert caught.value.message.startswith(f"{file}: ")
    assert caught.value.hint == (
        f"give --weights a state dict of torchvision's {name}, .pth or .safetensors, or --weights none"
    )
    return caught.value.message.removeprefix(f"{file}: ")


def test_weights_of_another_network_name_the_key(tmp_path: Path) -> None:
    torch.save(state("vgg19"), tmp_path / "19.pth")
    assert fault(tmp_path / "19.pth") == "has no weights called features.17.weight, which vgg16 needs"
    torch.save({"conv1.weight": torch.zeros(64, 3, 7, 7)}, tmp_path / "resnet.pth")
    assert fault(tmp_path / "resnet.pth") == "has no weights called features.0.weight, which vgg16 needs"
    torch.save(state() | {"features.2.weight": torch.zeros(64, 64, 5, 5)}, tmp_path / "5x5.pth")
    told = "features.2.weight has the shape (64, 64, 5, 5), in vgg16 (64, 64, 3, 3)"
    assert fault(tmp_path / "5x5.pth") == told
    torch.save(state() | {"features.1.running_mean": torch.zeros(64)}, tmp_path / "bn.pth")
    told = "features.1.running_mean is no part of vgg16: it is of another network"
    assert fault(tmp_path / "bn.pth") == told
    torch.save(state() | {"features.0.bias": torch.full((64,), torch.nan)}, tmp_path / "nan.pth")
    assert fault(tmp_path / "nan.pth") == "has weights that are no finite numbers"


def test_files_that_are_missing_cut_short_or_no_weights(tmp_path: Path) -> None:
    assert fault(tmp_path / "gone.pth") == "does not exist"
    torch.save(state(), tmp_path / "w.pth")
    whole = (tmp_path / "w.pth").read_bytes()
    cut_short = "is cut short, damaged, or no file of weights"
    for name, content in (("half.pth", whole[: len(whole) // 2]), ("empty.pth", b""), ("text.pth", b"hello")):
        (tmp_path / name).write_bytes(content)
        assert fault(tmp_path / name) == cut_short
    (tmp_path / "bad.safetensors").write_bytes(b"\xff" * 40)
    assert fault(tmp_path / "bad.safetensors") == cut_short
    torch.save(torch.zeros(3), tmp_path / "tensor.pth")
    assert fault(tmp_path / "tensor.pth") == "is no state dict, which has a tensor for each name"


@pytest.mark.parametrize("zipped", [True, False])
def test_a_hostile_file_is_not_run(tmp_path: Path, zipped: bool) -> None:
    file = tmp_path / "evil.pth"
    hostile = {"features.0.weight": Hostile(tmp_path / "never")}
    torch.save(hostile, file) if zipped else file.write_bytes(pickle.dumps(hostile, protocol=2))
    assert fault(file) == "holds more than weights, or is damaged: it was not loaded"
    assert not (tmp_path / "never").exists()


def test_imagenets_weights_that_cannot_be_fetched_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(url: str, dst: str, **_: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr("livernet.core.model.pretrained.get_dir", lambda: str(tmp_path))
    monkeypatch.setattr("livernet.core.model.pretrained.download_url_to_file", offline)
    with pytest.raises(DataError) as caught:
        load_pretrained("vgg16", "imagenet", 0)
    url = f"https://download.pytorch.org/models/{IMAGENET}"
    assert caught.value.message == (
        f"ImageNet's weights for vgg16 are not here, and {url} cannot be fetched (no network)"
    )
    assert caught.value.hint == (
        f"fetch {url} and put it into {tmp_path / 'checkpoints'}, or give --weights FILE or --weights none"
    )


def test_imagenets_weights_are_fetched_once_and_their_hash_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.save(state(), tmp_path / "w.pth")
    content = (tmp_path / "w.pth").read_bytes()
    mark = hashlib.sha256(content).hexdigest()[:8]
    asked: list[str] = []

    def fetch(url: str, dst: str, *, hash_prefix: str, progress: bool) -> None:
        asked.append(url)
        assert (hash_prefix, progress) == (mark, False)
        Path(dst).write_bytes(content)

    monkeypatch.setattr("livernet.core.model.pretrained.get_dir", lambda: str(tmp_path))
    monkeypatch.setattr("livernet.core.model.pretrained.download_url_to_file", fetch)
    monkeypatch.setattr(
        "livernet.core.model.pretrained._imagenet_url", lambda name: f"https://host/{name}-{mark}.pth"
    )
    for _ in range(2):
        found, source = load_pretrained("vgg16", "imagenet", 0)
        assert source == f"ImageNet, vgg16-{mark}.pth"
    assert asked == [f"https://host/vgg16-{mark}.pth"]
    assert torch.equal(found["layers.0.bias"], torch.load(tmp_path / "w.pth")["features.0.bias"])
    (tmp_path / f"checkpoints/vgg16-{mark}.pth").write_bytes(content + b"x")
    with pytest.raises(
        DataError, match=rf"is damaged or another file \(SHA-256 does not begin with {mark}\)"
    ):
        load_pretrained("vgg16", "imagenet", 0)
