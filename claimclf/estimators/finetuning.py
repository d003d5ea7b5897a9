"""Fine-tune a network with transformers' Trainer.

The Trainer brings mixed precision, gradient clipping, warm-up, early stopping, checkpoints, progress bar, noise on
embeddings and seeds. This module gives it the objective, the sampler and the optimiser's groups.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from datasets import Dataset
from sklearn.metrics import f1_score
from torch import nn
from transformers import (
    DataCollatorWithPadding,
    EarlyStoppingCallback,
    EvalPrediction,
    PreTrainedTokenizerBase,
    PrinterCallback,
    TrainerCallback,
    TrainingArguments,
)
from transformers.integrations import is_mlflow_available, is_tensorboard_available

from claimclf.errors import InputError
from claimclf.estimators.checkpoints import SignedCheckpoints, last_checkpoint
from claimclf.estimators.objective import UNKNOWN, MaskedTrainer, class_weights
from claimclf.estimators.optimisation import WeightAveraging, freeze_embeddings, parameter_groups
from claimclf.estimators.options import Tracker, TrainingOptions
from claimclf.estimators.quiet import quiet
from claimclf.estimators.sampling import BucketSampler
from claimclf.metrics import best_f1_threshold


def fine_tune(
    network: nn.Module,
    tokenizer: PreTrainedTokenizerBase,
    train: Dataset,
    validation: Dataset | None,
    options: TrainingOptions,
    output: Path,
    *,
    checkpoints: bool = True,
) -> list[dict[str, Any]]:
    """Train in place; with validation texts the best epoch is kept.

    Parameters
    ----------
    network : torch.nn.Module
        As made by :func:`~claimclf.estimators.network.build_network`.
    tokenizer : PreTrainedTokenizerBase
        Pads the batches.
    train, validation : datasets.Dataset
        As made by :func:`encode`.
    options : TrainingOptions
        How to train.
    output : Path
        Folder for checkpoints.
    checkpoints : bool, default True
        Whether to write one after each epoch; needed for the best epoch, and to resume.

    Returns
    -------
    list of dict
        The Trainer's log: loss by step, macro F1 by epoch.

    Raises
    ------
    InputError
        If it is to go on from checkpoints and there are none but those of another run.
    """
    targets = np.asarray(train["labels"], dtype=np.float32)
    sampler = BucketSampler(
        [len(tokens) for tokens in train["input_ids"]],
        np.any(targets >= 0.5, axis=1),
        options.negative_share,
        options.batch_size,
        options.seed,
    )
    # One optimiser step per batch; the schedule needs the number of steps whatever transformers' own option is called.
    steps = math.ceil(len(sampler) / options.batch_size) * options.epochs
    arguments = TrainingArguments(
        output_dir=str(output),
        num_train_epochs=options.epochs,
        per_device_train_batch_size=options.batch_size,
        per_device_eval_batch_size=64,
        learning_rate=options.learning_rate,
        weight_decay=options.weight_decay,
        warmup_steps=round(options.warmup * steps),
        max_grad_norm=1.0,
        bf16=options.bf16,
        use_cpu=not torch.cuda.is_available(),
        eval_strategy="no" if validation is None else "epoch",
        save_strategy="epoch" if checkpoints else "no",
        save_total_limit=2,
        load_best_model_at_end=validation is not None,
        metric_for_best_model="macro_f1",
        greater_is_better=True,
        logging_steps=max(1, steps // 20),
        seed=options.seed,
        data_seed=options.seed,
        disable_tqdm=not options.progress,
        report_to=_installed(options.tracker),
        remove_unused_columns=False,
        label_names=["labels"],
        neftune_noise_alpha=options.embedding_noise or None,
    )
    if options.freeze_embeddings:
        freeze_embeddings(network)
    callbacks: list[TrainerCallback] = [SignedCheckpoints(options.run)]
    if options.averaging:
        callbacks.append(WeightAveraging(network, options.averaging))
    if validation is not None:
        callbacks.append(EarlyStoppingCallback(early_stopping_patience=options.patience))
    groups = parameter_groups(network, options.learning_rate, options.weight_decay, options.layer_decay)
    trainer = MaskedTrainer(
        loss=options.loss,
        smoothing=options.label_smoothing,
        consistency=options.consistency,
        sampler=sampler,
        weights=class_weights(targets) if options.loss == "class_balanced" else None,
        model=network,
        args=arguments,
        train_dataset=train,
        eval_dataset=validation,
        data_collator=DataCollatorWithPadding(tokenizer),
        compute_metrics=_exclusive_macro_f1 if options.loss == "softmax" else _best_macro_f1,
        callbacks=callbacks,
        optimizers=(torch.optim.AdamW(groups, fused=True), None),
    )
    trainer.remove_callback(PrinterCallback)  # prints a dictionary per log entry where there is no progress bar
    with nullcontext() if options.progress else quiet():
        trainer.train(resume_from_checkpoint=last_checkpoint(output, options.run) if options.resume else None)
    # Mixed precision wraps forward; what is calibrated and exported must compute in fp32.
    trainer.accelerator.unwrap_model(network, keep_fp32_wrapper=False)
    network.eval()
    return list(trainer.state.log_history)


def encode(
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    targets: npt.NDArray[np.float32],
    max_length: int,
) -> Dataset:
    """Tokenise into a Hugging Face dataset.

    Parameters
    ----------
    tokenizer : PreTrainedTokenizerBase
        The base's tokenizer.
    texts : sequence of str
        Normalised texts.
    targets : ndarray of float32, shape (n_texts, n_labels)
        In [0, 1], or nan where not known.
    max_length : int
        Tokens that are kept of a text.

    Returns
    -------
    datasets.Dataset
        With ``input_ids``, ``attention_mask`` and ``labels``.
    """
    encoded = tokenizer(list(texts), truncation=True, max_length=max_length, return_token_type_ids=False)
    labels = np.nan_to_num(targets, nan=UNKNOWN)
    return Dataset.from_dict({**encoded, "labels": labels})


def _installed(tracker: Tracker) -> Tracker:
    able = {"none": True, "tensorboard": is_tensorboard_available(), "mlflow": is_mlflow_available()}
    if not able[tracker]:
        raise InputError(f"tracker: the package {tracker} is not installed: pip install {tracker}")
    return tracker


def bf16_in_hardware() -> bool:
    """Tell whether this processor, or the graphics card, multiplies bfloat16 without emulation."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def _best_macro_f1(prediction: EvalPrediction) -> dict[str, float]:
    """Macro F1 with the best threshold for each label: thresholds are set after training, on the same texts."""
    pairs = [
        (truth[truth != UNKNOWN], logits[truth != UNKNOWN])
        for truth, logits in zip(prediction.label_ids.T, prediction.predictions.T, strict=True)
    ]
    scores = [best_f1_threshold(truth, logits)[1] for truth, logits in pairs if truth.any()]
    return {"macro_f1": float(np.mean(scores)) if scores else 0.0}


def _exclusive_macro_f1(prediction: EvalPrediction) -> dict[str, float]:
    """Macro F1 of the most probable label."""
    known = prediction.label_ids.max(axis=1) == 1
    truth, found = (matrix[known].argmax(axis=1) for matrix in (prediction.label_ids, prediction.predictions))
    return {"macro_f1": float(f1_score(truth, found, average="macro"))}
