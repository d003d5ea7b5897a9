"""Checkpoints are signed: one of another run would be saved as a model of texts that it never saw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerState, TrainingArguments

from claimclf.errors import InputError

_SIGNATURE_FILE = "claimclf-run"


class SignedCheckpoints(TrainerCallback):  # type: ignore[misc]
    """Write into every checkpoint of which run it is, once all else is written.

    Parameters
    ----------
    run : str
        What tells the run from others.
    """

    def __init__(self, run: str) -> None:
        self._run = run

    def on_save(self, args: TrainingArguments, state: TrainerState, control: Any, **_: Any) -> None:
        """Sign the checkpoint that was written."""
        signature = Path(args.output_dir, f"checkpoint-{state.global_step}", _SIGNATURE_FILE)
        signature.write_text(self._run, "utf-8")


def last_checkpoint(folder: Path, run: str) -> str | None:
    """Find the newest checkpoint of a run.

    Parameters
    ----------
    folder : Path
        Where checkpoints are.
    run : str
        As they were signed.

    Returns
    -------
    str or None
        Its folder; None where there are no checkpoints at all.

    Raises
    ------
    InputError
        If all are of other runs.
    """
    found = list(folder.glob("checkpoint-*"))
    signed = [path for path in found if (path / _SIGNATURE_FILE).is_file()]
    own = [path for path in signed if (path / _SIGNATURE_FILE).read_text("utf-8") == run]
    if found and not own:
        raise InputError(
            f"resume: the checkpoints in {folder} are of another run, with other texts, labels or parameters; "
            "give another folder as checkpoints=…, or set resume=False"
        )
    return str(max(own, key=lambda path: int(path.name.rpartition("-")[2]))) if own else None
