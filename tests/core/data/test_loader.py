import dataclasses
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from livernet.core.data import loader
from livernet.core.data.loader import fit_normalisation, load_tensors, resize_image
from livernet.core.data.manifest import Row, load_manifest, write_manifest
from livernet.core.data.prepared import pixel_hash
from livernet.core.errors import DataError, FaultsError, OutputError
from livernet.core.files import write_png
from livernet.core.stages import Grouping

CPU = torch.device("cpu")


def make(folder: Path) -> list[Row]:
    left = np.zeros((64, 64), np.uint8)
    left[:, :32] = 255
    write_png(folder / "images/a.png", np.full((64, 64), 51, np.uint8))
    write_png(folder / "images/b.png", left)
    write_png(folder / "masks/b.png", left)
    rows = [
        Row(image="images/a.png", patient="p1", stage=4),
        Row(image="images/b.png", patient="p2", mask="masks/b.png"),
    ]
    write_manifest(folder, rows)
    return rows


def test_load_tensors(tmp_path: Path) -> None:
    make(tmp_path)
    tensors = load_tensors(load_manifest(tmp_path), Grouping.parse("3"), 32, CPU)
    assert len(tensors) == 2
    assert tensors.images_N1HW.dtype == torch.uint8
    assert tensors.images_N1HW.shape == (2, 1, 32, 32)
    assert (tensors.images_N1HW[0] == 51).all()
    assert tensors.class_N.tolist() == [2, -1]
    assert tensors.has_mask_N.tolist() == [False, True]
    assert tensors.masks_N1HW[0].sum() == 0
    assert (tensors.masks_N1HW[1, 0, :, :16] == 1).all()
    assert tensors.masks_N1HW[1].sum() == 16 * 32
    assert tensors.hashes[0] == pixel_hash(np.full((64, 64), 51, np.uint8)) != tensors.hashes[1]


def test_normalisation(tmp_path: Path) -> None:
    make(tmp_path)
    tensors = load_tensors(load_manifest(tmp_path), Grouping.parse("3"), 64, CPU)
    flat = fit_normalisation(tensors, [0])
    assert flat.mean == pytest.approx(0.2)
    assert flat.std == 1e-3  # a constant picture does not divide by zero
    assert fit_normalisation(tensors, [0, 1]).mean == pytest.approx(0.35)
    both = fit_normalisation(tensors, [1])
    assert (both.mean, both.std) == (pytest.approx(0.5), pytest.approx(0.5, rel=1e-3))
    assert both.apply(torch.tensor([[[[1.0]]]])).item() == pytest.approx(1.0, rel=1e-3)


def test_resize_averages_and_keeps_its_own_size() -> None:
    checker = (np.indices((64, 64)).sum(0) % 2 * 200).astype(np.uint8)
    assert torch.equal(resize_image(checker, 64)[0], torch.from_numpy(checker))
    inside = resize_image(checker, 16)[0, 2:-2, 2:-2].float()
    assert (inside - 100).abs().max() <= 2


def test_faulty_pictures(tmp_path: Path) -> None:
    make(tmp_path)
    cohort = load_manifest(tmp_path)
    write_png(tmp_path / "masks/b.png", np.zeros((32, 32), np.uint8))
    with pytest.raises(DataError, match=r"b\.png: is 32 pixels wide, its picture 64"):
        load_tensors(cohort, Grouping.parse("3"), 32, CPU)
    write_png(tmp_path / "masks/b.png", np.zeros((64, 64), np.uint8))
    Image.new("RGB", (64, 64)).save(tmp_path / "images/a.png")
    with pytest.raises(DataError, match=r"a\.png: is 64x64 RGB, not a square 8-bit grey picture"):
        load_tensors(cohort, Grouping.parse("3"), 32, CPU)
    (tmp_path / "images/a.png").write_bytes(b"\x89PNG\r\n")
    with pytest.raises(DataError, match=r"a\.png: cannot be read as a picture"):
        load_tensors(cohort, Grouping.parse("3"), 32, CPU)


def test_all_faulty_pictures_are_listed(tmp_path: Path) -> None:
    make(tmp_path)
    cohort = load_manifest(tmp_path)
    for name in ("images/a.png", "masks/b.png"):
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(FaultsError, match="2 pictures are faulty") as caught:
        load_tensors(cohort, Grouping.parse("3"), 32, CPU)
    assert [fault.split(":")[0] for fault in caught.value.faults] == [
        str(tmp_path / "images/a.png"),
        str(tmp_path / "masks/b.png"),
    ]


def test_normalisation_is_that_of_all_levels_whatever_the_chunks(tmp_path: Path) -> None:
    make(tmp_path)
    tensors = load_tensors(load_manifest(tmp_path), Grouping.parse("3"), 32, CPU)
    noise = torch.randint(0, 256, (40, 1, 32, 32), dtype=torch.uint8)
    fitted = fit_normalisation(dataclasses.replace(tensors, images_N1HW=noise), range(3, 40))
    assert fitted.mean == pytest.approx(noise[3:].double().mean().item() / 255, rel=1e-12)
    assert fitted.std == pytest.approx(noise[3:].double().std().item() / 255, rel=1e-12)


def test_a_cohort_larger_than_half_of_the_free_memory_stays_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path)
    cohort, needed = load_manifest(tmp_path), 2 * 2 * 32 * 32
    mapped: list[tuple[int, ...]] = []

    def memmap(file: object, dtype: type, mode: str, shape: tuple[int, ...]) -> np.memmap:
        mapped.append(shape)
        return np_memmap(file, dtype, mode, shape=shape)

    np_memmap = np.memmap
    monkeypatch.setattr(np, "memmap", memmap)
    inside = load_tensors(cohort, Grouping.parse("3"), 32, CPU)
    for free, share in ((2 * needed, 1), (None, 1), (4 * needed, 2)):
        monkeypatch.setattr(loader, "free_memory", lambda _, n, free=free: free and free // n)
        load_tensors(cohort, Grouping.parse("3"), 32, CPU, share=share)
    assert mapped == []
    monkeypatch.setattr(loader, "free_memory", lambda _, n: (4 * needed - 1) // n)
    streamed = load_tensors(cohort, Grouping.parse("3"), 32, CPU, share=2)
    assert mapped == [(2, 1, 32, 32)] * 2
    assert streamed.home == CPU
    assert streamed.hashes == inside.hashes
    index = torch.tensor([1, 0, 1])
    for one, other in zip(streamed.rows(index, CPU), inside.rows(index, CPU), strict=True):
        assert torch.equal(one, other)


def test_no_room_on_the_disk_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path)
    monkeypatch.setattr(loader, "free_memory", lambda *_: 0)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(OutputError, match=r"has no room for the 0\.0 GiB of pictures") as caught:
        load_tensors(load_manifest(tmp_path), Grouping.parse("3"), 32, CPU)
    assert "TMPDIR" in caught.value.hint
