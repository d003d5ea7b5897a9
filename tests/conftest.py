"""Tiny models, made here: a random encoder of one layer and bundles trained on a handful of sentences."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from hypothesis import settings

from claimclf.labels import LABELS

# A slow machine is no failure.
settings.register_profile("claimclf", deadline=None)
settings.load_profile("claimclf")

TEXTS = [
    "The two ministries signed a pact on ports.",
    "Cameras on every corner match faces with a list.",
    "Fake accounts spread the invented story.",
    "Congress should repeal the act.",
    "The pact on ports was signed again.",
    "Faces are matched by cameras in the market.",
    "The invented story was spread by fake pages.",
    "The council should repeal the ban.",
    "The river rose in spring.",
    "A pact on cameras was signed.",
    "Parliament should reject the invented story.",
    "She studied hydrology.",
]
LABELLED = [
    ["agreement"],
    ["surveillance_tech"],
    ["disinformation"],
    ["policy_advice"],
    ["agreement"],
    ["surveillance_tech"],
    ["disinformation"],
    ["policy_advice"],
    [],
    ["agreement", "surveillance_tech"],
    ["disinformation", "policy_advice"],
    [],
]
# Enough to learn the dozen sentences by heart, so that decisions are far from their thresholds.
OVERFIT = {
    "max_length": 32,
    "epochs": 25,
    "learning_rate": 5e-3,
    "batch_size": 4,
    "validation_fraction": 0,
    "bf16": False,
}


@pytest.fixture(scope="session")
def overfit() -> dict[str, object]:
    return dict(OVERFIT)


@pytest.fixture(scope="session")
def training_data() -> tuple[list[str], list[list[str]]]:
    return list(TEXTS), [list(labels) for labels in LABELLED]


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of one layer with a word-level vocabulary of the texts above."""
    torch = pytest.importorskip("torch")
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    import claimclf.estimators.finetuning  # noqa: F401

    gc.freeze()  # the Trainer collects garbage after every fit; among all that is imported here it takes a second

    words = sorted({word for text in TEXTS for word in text.lower().replace(".", " .").split()})
    vocabulary = {word: index for index, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    folder = tmp_path_factory.mktemp("tiny-base")
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        initializer_range=0.2,  # at the usual 0.02 a random encoder tells no texts apart
        hidden_dropout_prob=0.0,
    )
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture
def transformer(tiny_base: Path):
    from claimclf import TransformerClassifier

    return TransformerClassifier(
        labels=LABELS, base=str(tiny_base), max_length=32, epochs=1, batch_size=4, bf16=False, validation_fraction=0.25
    )


@pytest.fixture(params=["transformer", "baseline"])
def estimator(request: pytest.FixtureRequest):
    if request.param == "transformer":
        return request.getfixturevalue("transformer")
    from claimclf import BaselineClassifier

    return BaselineClassifier(labels=LABELS, calibration_folds=2)


@pytest.fixture(scope="session")
def tiny_transformer(tiny_base: Path, training_data: tuple[list[str], list[list[str]]]):
    from claimclf import TransformerClassifier

    texts, labels = training_data
    estimator = TransformerClassifier(base=str(tiny_base), labels=LABELS, pooling="first", **OVERFIT)
    return estimator.fit(texts, labels)


@pytest.fixture(scope="session")
def transformer_bundle(tiny_transformer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_transformer.save(tmp_path_factory.mktemp("bundles") / "tiny")


@pytest.fixture(scope="session")
def bundle_with_examples(transformer_bundle: Path, training_data, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, keeping the sentences that it was trained on."""
    from claimclf.estimators.neighbours import keep_neighbours
    from claimclf.records import Example

    rows = enumerate(zip(*training_data, strict=True))
    examples = [Example(str(number), text, tuple(labels), group=str(number)) for number, (text, labels) in rows]
    path = tmp_path_factory.mktemp("bundles") / "with-examples"
    return keep_neighbours(transformer_bundle, path, examples).path


@pytest.fixture(scope="session")
def baseline_bundle(training_data: tuple[list[str], list[list[str]]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    from claimclf import BaselineClassifier

    estimator = BaselineClassifier(labels=LABELS, calibration_folds=2).fit(*training_data)
    return estimator.save(tmp_path_factory.mktemp("bundles") / "baseline")


@pytest.fixture(params=["transformer", "baseline"])
def bundle(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(f"{request.param}_bundle")
