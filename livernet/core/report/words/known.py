"""What a run says about itself, gathered once for everything that is written about it in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from livernet.core.report.cohort.flow import read_preprocessing
from livernet.core.report.collect import Run


@dataclass(frozen=True, kw_only=True)
class Known:
    """A run, its numbers, and how its cohort was prepared."""

    run: Run
    """As it lies on disk."""
    described: Mapping[str, Any]
    """The document of the run so far."""
    preprocessing: Mapping[str, Any]
    """``preprocess.json`` of the cohort; empty where there is none of this tool."""

    def setting(self, key: str) -> Any:
        """A setting of the network or its training, e.g. ``train.epochs``; ``None`` where not recorded."""
        return (self.described.get("settings") or {}).get(key)

    @property
    def kind(self) -> str:
        """``cv``, ``train`` or ``predict``."""
        return self.run.kind

    @property
    def networks(self) -> tuple[str, ...]:
        """Names of the networks, the first being the one whose settings are recorded."""
        named = self.run.facts.get("models") or [self.setting("model.name")]
        return tuple(str(name) for name in named if name)

    @property
    def phantom(self) -> bool:
        """Whether the pictures are computed ones."""
        return bool(self.described.get("phantom"))

    @property
    def cohort(self) -> Mapping[str, Any]:
        """Counts of images, patients, stages, sites and scanners."""
        return self.described.get("cohort") or {}

    @property
    def models(self) -> Mapping[str, Any]:
        """Results by name of model; empty without results."""
        return (self.described.get("summary") or {}).get("models") or {}

    @property
    def model(self) -> Mapping[str, Any] | None:
        """Results of the first model; ``None`` without results."""
        return next(iter(self.models.values()), None)

    @property
    def doubt(self) -> str:
        """The verdict on the numbers where it is that they cannot be believed; empty otherwise."""
        verdict = self.described.get("verdict") or {}
        return str(verdict.get("headline") or "") if verdict.get("state") == "no" else ""

    @property
    def audits(self) -> tuple[Mapping[str, Any], ...]:
        """The audits of the run; none where none were made."""
        return tuple(self.described.get("audits") or ())

    @property
    def stages_taught(self) -> bool:
        """Whether there were stages to learn from, as far as is known."""
        if self.kind == "predict":
            return bool((self.run.facts.get("learnt") or {}).get("stages", True))
        rows = self.cohort.get("stages") or ()
        return not rows or any(row["images"] for row in rows if row["class"] is not None)

    @property
    def masks_taught(self) -> bool:
        """Whether there were masks to learn from, as far as is known, and a network that learns from them."""
        if self.networks and all(name.startswith("vgg") for name in self.networks):
            return False
        if self.kind == "predict":
            return bool((self.run.facts.get("learnt") or {}).get("mask", True))
        return self.cohort.get("masks") != 0

    @property
    def guided(self) -> bool:
        """Whether the class was read where the network sees liver: so asked, and taught by a mask term."""
        weights = (self.setting(f"loss.{scale}") for scale in ("fine", "middle", "coarse"))
        taught = self.kind == "predict" or self.masks_taught  # a model file says how it came out
        return self.setting("model.pool") == "liver" and taught and any(weight != 0 for weight in weights)

    @property
    def tasks(self) -> tuple[str, ...]:
        """What the network was taught: ``grade``, ``outline``."""
        grade = self.stages_taught and self.setting("loss.stage_weight") != 0
        outline = self.masks_taught and self.setting("loss.fine") != 0
        return (*(("grade",) if grade else ()), *(("outline",) if outline else ()))

    def named(self, what: str) -> list[str]:
        """The sites or scanners that are named."""
        return [row["name"] for row in self.cohort.get(what) or () if row["name"] != "not given"]


def know(run: Run, described: Mapping[str, Any]) -> Known:
    """Gather what is known; never raises for what is missing."""
    return Known(run=run, described=described, preprocessing=read_preprocessing(run))
