"""The model card of a bundle, in the format of the Hugging Face Hub, made from its manifest."""

from __future__ import annotations

import json
from typing import Any

from claimclf.bundle.manifest import Manifest
from claimclf.metrics import Interval

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
    lines = ["language: en", "library_name: claimclf", "pipeline_tag: text-classification", "license: apache-2.0"]
    if manifest.base:
        lines.append(f"base_model: {manifest.base['id']}")
    return "---\n" + "\n".join(lines) + "\n---"


def _summary(manifest: Manifest) -> str:
    if manifest.kind == "baseline":
        return "TF-IDF of word and character n-grams with one linear classifier per label."
    if manifest.kind == "cascade":
        return (
            f"A static model that settles the sentences which surely carry nothing, before the bundle "
            f"`{manifest.model['second']}`, which lies beside this folder, decides on the others."
        )
    each = "exactly one label" if manifest.calibration.exclusive else "any number of labels"
    return f"`{manifest.base.get('id', 'an encoder')}`, fine-tuned to classify sentences; {each} each."


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
    text = '```python\nimport claimclf\n\nclaimclf.predict("…", model="path/to/this/folder")\n```'
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
    return f"```json\n{json.dumps(manifest.training, indent=2, ensure_ascii=False)}\n```"
