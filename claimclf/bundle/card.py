"""The model card of a bundle, in the format of the Hugging Face Hub, made from its manifest."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claimclf.bootstrap import Interval
from claimclf.bundle.manifest import Manifest, plain
from claimclf.labels import LABELS

if TYPE_CHECKING:
    from huggingface_hub import EvalResult

CARD_FILE = "README.md"


def model_card(manifest: Manifest) -> str:
    """Write the card.

    Parameters
    ----------
    manifest : Manifest
        The bundle's manifest.

    Returns
    -------
    str
        Markdown with a YAML head.
    """
    sections = [
        _head(manifest),
        f"# {manifest.name}\n\n{_summary(manifest)}",
        f"## Labels\n\n{_labels(manifest)}",
        f"## How to use it\n\n{_usage(manifest)}",
        f"## Figures\n\n{_figures(manifest.metrics)}",
        f"## Training\n\n{_training(manifest)}",
        "## Limits\n\nEnglish prose, one sentence at a time. The labels say what a sentence speaks of, not whether it "
        "is true. Do not use it to judge persons, to moderate posts or to take any decision without a reader.",
    ]
    return "\n\n".join(sections) + "\n"


def _head(manifest: Manifest) -> str:
    from huggingface_hub import ModelCardData

    results = _results(manifest.metrics)
    # Of other people's texts we know neither the language nor under which licence a model of them may go.
    known = {"language": "en", "license": "apache-2.0"} if set(manifest.labels) == set(LABELS) else {}
    data = ModelCardData(
        language=manifest.training.get("language", known.get("language")),
        license=manifest.training.get("license", known.get("license")),
        library_name="claimclf",
        pipeline_tag="text-classification",
        tags=["multi-class-classification" if manifest.calibration.exclusive else "multi-label-classification"],
        base_model=_base_model(manifest.base.get("id", "")),
        metrics=["precision", "recall", "f1"] if results else None,
        model_name=manifest.name if results else None,
        eval_results=results or None,
    )
    return f"---\n{data.to_yaml()}\n---"


def _base_model(base: str | Path) -> str | None:
    """Return the hub id of the pretrained model; where a folder was says nothing to others."""
    name = str(base)
    return name if re.fullmatch(r"[\w.-]+(/[\w.-]+)?", name) and not Path(base).exists() else None


def _results(metrics: dict[str, Any]) -> list[EvalResult]:
    """Return the F1 figures as the Hub shows them beside the card; those that are not known are left out."""
    from huggingface_hub import EvalResult

    if "macro_f1" not in metrics:
        return []
    f1 = {
        "macro F1": metrics["macro_f1"],
        **{f"F1 of {name}": entry["f1"] for name, entry in metrics["labels"].items()},
    }
    return [
        EvalResult(
            task_type="text-classification",
            dataset_type="held-out",
            dataset_name=f"{metrics['n_texts']} {metrics['what']}",
            metric_type="f1",
            metric_name=name,
            metric_value=figures[0],
        )
        for name, figures in f1.items()
        if figures[0] is not None
    ]


def _summary(manifest: Manifest) -> str:
    if manifest.kind == "baseline":
        return "TF-IDF of word and character n-grams with one linear classifier per label."
    if manifest.kind == "cascade":
        return (
            f"A small transformer that settles the sentences which surely carry nothing, before the bundle "
            f"`{manifest.model['second']}`, which lies beside this folder, decides on the others."
        )
    each = "exactly one label" if manifest.calibration.exclusive else "any number of labels"
    base = _base_model(manifest.base.get("id", ""))
    learnt = "as pretrained, under a linear head" if manifest.training.get("strategy") == "head" else "fine-tuned"
    return f"{f'`{base}`' if base else 'An encoder'}, {learnt} to classify sentences; {each} each."


def _labels(manifest: Manifest) -> str:
    if manifest.calibration.exclusive:
        rows = [f"| `{label}` | {manifest.definitions.get(label, '')} |" for label in manifest.labels]
        return "\n".join(["| label | the sentence says that … |", "|---|---|", *rows])
    rows = [
        f"| `{label}` | {manifest.definitions.get(label, '')} | {threshold:.3f} |"
        for label, threshold in zip(manifest.labels, manifest.calibration.threshold, strict=True)
    ]
    return "\n".join(["| label | the sentence says that … | asserted from |", "|---|---|---|", *rows])


def _usage(manifest: Manifest) -> str:
    text = (
        "```python\nimport claimclf\n\n"
        'claimclf.predict("…", model="path/to/this/folder")  # or its hub id, "owner/name"\n```'
    )
    if manifest.kind in ("baseline", "cascade"):
        return text
    if manifest.model.get("pooling") == "first":
        return text + (
            "\n\nWhere the folder holds `model.safetensors`, "
            "`transformers.AutoModelForSequenceClassification.from_pretrained` loads it and gives the logits before "
            "quantisation; calibration and thresholds are in `manifest.json`."
        )
    return text + (
        "\n\nThe head reads the mean over the tokens, which transformers' own classes do not: "
        "`AutoModelForSequenceClassification` does not apply."
    )


def _figures(metrics: dict[str, Any]) -> str:
    if not metrics:
        return "None recorded."
    if "macro_f1" not in metrics:
        return f"```json\n{json.dumps(plain(metrics), indent=2, ensure_ascii=False)}\n```"
    rows = [
        "| "
        + " | ".join([label, *(str(Interval.from_list(entry[key])) for key in ("precision", "recall", "f1"))])
        + " |"
        for label, entry in metrics["labels"].items()
    ]
    head = ["| label | precision | recall | F1 |", "|---|---|---|---|"]
    return (
        f"On {metrics['n_texts']} {metrics['what']}, 95 % bootstrap intervals over {metrics['n_groups']} groups:\n\n"
        + "\n".join([*head, *rows])
        + f"\n\nMacro F1 {Interval.from_list(metrics['macro_f1'])}."
    )


def _training(manifest: Manifest) -> str:
    training = plain(manifest.training)
    if (base := training.get("parameters", {}).get("base")) and not _base_model(base):
        del training["parameters"]["base"]
    return f"```json\n{json.dumps(training, indent=2, ensure_ascii=False)}\n```"
