"""Sentences about the data of a run: cohort, de-identification, preparation of the images, division.

Every function returns what the run knows, in the past tense of a methods section, and nothing where it knows
nothing. Citations are marks of :mod:`livernet.core.report.words.references`.
"""

from livernet.core.report.words.english import count, listed, sentences, was
from livernet.core.report.words.known import Known


def cohort(known: Known) -> str:
    """Images, patients, stages, sites and scanners."""
    recorded = known.run.facts.get("cohort") or {}
    images = known.cohort.get("images") or recorded.get("images")
    patients = known.cohort.get("patients") or recorded.get("patients")
    if not images or not patients:
        return ""
    if known.run.cohort is None and not any(row.patient for row in known.run.predictions) and not recorded:
        return f"{count(images, 'scan')} {was(images)} answered; their patients are not known."
    picture = "computed B-mode image" if known.phantom else "B-mode image"
    person = "invented patient" if known.phantom else "patient"
    head = "The cohort was a phantom and" if known.phantom else "The cohort"
    text = f"{head} comprised {count(images, picture)} of {count(patients, person)}"
    places = [
        f"{count(len(found), noun)}"
        for noun, found in (("site", known.named("sites")), ("scanner model", known.named("scanners")))
        if found
    ]
    return sentences(f"{text}{', from ' + listed(places) if places else ''}.", stages(known))


def stages(known: Known) -> str:
    """Patients by stage; which scoring system was used, a manifest does not say."""
    rows = known.cohort.get("stages") or ()
    given = [f"{row['name']}, {row['patients']}" for row in rows if row["class"] is not None]
    none = sum(row["images"] for row in rows if row["class"] is None)
    if not any(row["patients"] for row in rows if row["class"] is not None):
        return ""
    text = f"Patients by stage, as given in the manifest, were: {'; '.join(given)}."
    missing = f"The stage of {count(none, 'image')} was not known." if none else ""
    names = list(known.described.get("class_names") or ())
    return sentences(text, missing, f"Stages were grouped into the classes {listed(names)}." if names else "")


def masks(known: Known) -> str:
    """How many images have an outline of the liver, and a second one; whose, only of a phantom is known."""
    first, second = known.cohort.get("masks"), known.cohort.get("second_masks")
    if not first:
        return ""
    total = count(known.cohort["images"], "image")
    text, also = f"An outline of the liver was given for {first:,} of {total}", "a second one for"
    if known.phantom:
        text = f"The liver was outlined by the program that drew it in {first:,} of {total}"
        also = "by a second, simulated annotator in"
    return text + (f", and {also} {second:,}." if second else ".")


def deidentification(known: Known) -> str:
    """What ``preprocess`` removed; nothing for a cohort that it did not make."""
    if not known.preprocessing.get("deidentification"):
        return ""
    return (
        "Images were de-identified before any analysis: only pixels inside the ultrasound sector were kept, "
        "files were written without metadata, patient identifiers were replaced by keyed hashes "
        "(HMAC-SHA256), and dates were not kept."
    )


def preparation(known: Known) -> str:
    """Crop, square, marks, and what the network sees."""
    settings = known.preprocessing.get("settings") or {}
    size, text = settings.get("size"), ""
    if size:
        fit = {
            "pad": "keeping the aspect ratio and padding with black",
            "stretch": "stretching it to the square",
        }.get(str(settings.get("fit")), "")
        text = (
            f"Each image was cropped to the ultrasound sector and resampled to {size} × {size} pixels"
            f"{', ' + fit if fit else ''}."
        )
    return sentences(text, _marks(known), _network_input(known, size))


def division(known: Known) -> str:
    """How images came into training and test sets."""
    if known.kind == "cv" and known.run.splits is not None:
        return sentences(_folds(known), _leaked(known), duplicates(known))
    if known.kind == "predict":
        return _application(known)
    if known.kind == "train":
        return _single(known)
    return ""


def duplicates(known: Known) -> str:
    """How many groups of copies were found, and what was done about them."""
    groups = len((known.run.splits or {}).get("duplicates") or ())
    if known.run.splits is None:
        return ""
    if not groups:
        return "No duplicate images were found."
    policy = (known.run.facts.get("split") or {}).get("duplicates")
    torn = (known.described.get("duplicate_counts") or {}).get("across_folds") or 0
    apart = f"the images of {torn} lay in several folds" if torn else "all images of a group lay in one fold"
    protocol = (known.run.splits or {}).get("protocol")
    apart = "copies were held out together" if protocol == "holdout" else apart
    whole = protocol in {"patient", "site"}
    done = {
        "stop": apart,
        "group": "patients who shared an image were treated as one patient" if whole else apart,
        "allow": "nothing was done to keep them in one fold",
    }.get(str(policy), "")
    found = f"{count(groups, 'group')} of duplicate images {was(groups)} found"
    return sentences(f"{found}{'; ' + done if done else ''}.", _contradictions(known))


def _contradictions(known: Known) -> str:
    """Images whose stages contradict those of their copies."""
    unsure = (known.run.splits or {}).get("contradictions") or ()
    images = sum(len(one.get("images") or ()) for one in unsure)
    if not images:
        return ""
    return (
        f"Where patients who shared an image had different stages, the stage was treated as unknown "
        f"({count(images, 'image')})."
    )


def _marks(known: Known) -> str:
    images = (known.preprocessing.get("images") or {}).values()
    marked = sum(bool((image.get("checks") or {}).get("markers")) for image in images)
    done = {"inpaint": "painted over", "keep": "left as they were"}.get(
        str((known.preprocessing.get("settings") or {}).get("on_marker"))
    )
    if not marked or not done:
        return ""
    return (
        f"Calipers and other marks inside the sector, found in {marked:,} of {count(len(images), 'image')}, "
        f"were {done}."
    )


def _network_input(known: Known, size: int | None) -> str:
    side = known.setting("train.size")
    if not side:
        return ""
    again = f"images were resampled to {side} × {side} pixels and" if side != size else "grey levels were"
    return f"For the network, {again} standardised by the mean and standard deviation of the training images."


def _folds(known: Known) -> str:
    splits = known.run.splits or {}
    folds, protocol = len(splits["folds"]), splits.get("protocol")
    together = "of a patient"
    if (known.run.facts.get("split") or {}).get("duplicates") == "group":
        together += " and of patients who shared a duplicate image"
    text = {
        "patient": f"Patients were divided into {count(folds, 'fold')}, balanced by class, stage and number "
        f"of images, with all images {together} in the same fold; each fold was held out once and predicted "
        "by a network trained on the others.",
        "image": f"Images were divided into {count(folds, 'fold')} irrespective of patient; each fold was "
        "held out once and predicted by a network trained on the others.",
        "holdout": f"In each of {count(folds, 'repetition')} a random tenth of the images, drawn "
        "irrespective of patient, was held out and predicted by a network trained on the others.",
        "site": f"Each of {count(folds, 'site')} was held out in turn and predicted by a network trained on "
        "the others; patients with images at the site held out did not train.",
    }.get(str(protocol), "")
    seed = splits.get("seed")
    return sentences(text, f"The division was drawn with seed {seed}." if text and seed is not None else "")


def _leaked(known: Known) -> str:
    leaked = (known.run.splits or {}).get("leaked_patients")
    if leaked is None:
        return ""
    if not leaked:
        return "No patient had images in both the training and the test part of a fold."
    have = "patient had" if leaked == 1 else "patients had"
    return f"{leaked:,} {have} images in both the training and the test part of a fold."


def _application(known: Known) -> str:
    files = known.run.facts.get("files")
    if not files:
        return "Networks trained before were applied without change."
    if files == 1:
        return "One network trained before was applied without change."
    text = f"{files} networks trained before were applied without change and their probabilities averaged."
    seen = len(known.run.facts.get("notices") or {})
    if not seen:
        return text
    part = "Images that networks had been trained on were answered only by networks that had not seen them"
    return sentences(text, f"{part}, where there were any ({count(seen, 'image')}).")


def _single(known: Known) -> str:
    share = known.run.facts.get("holdout")
    if share is None:
        return ""
    if not share:
        return "One network was trained on all labelled images; none was held out."
    return f"One network was trained, with {100 * share:.0f} % of the patients held out."
