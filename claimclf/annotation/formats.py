"""Files of tasks that annotation tools import.

Labels that a person gave come ticked, so that the reader changes what is wrong. What a model asserts comes as a
suggestion where the tool tells the two apart, and else not at all: a label that nobody looked at must not come back as
if somebody had given it. A text that is asked for more than once is one task, for its first reason; our own format
holds the others as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TextIO

from claimclf.documents.exporting import write_jsonl as write_lines
from claimclf.records import Task


def write_jsonl(tasks: Iterable[Task], out: TextIO) -> None:
    """Write our own format, one JSON object a text; the labels that are null are for a person to fill in.

    Parameters
    ----------
    tasks : iterable of Task
        What to write; of a text that is asked for more than once, ``also`` lists the other reasons.
    out : text stream
        Where to.
    """
    write_lines(map(_row, _by_text(tasks)), out)


def write_argilla(tasks: Iterable[Task], out: TextIO) -> None:
    """Write records for `Argilla <https://docs.argilla.io/latest/how_to_guides/import_export/>`_.

    ``dataset.records.from_json(path)`` reads them into a dataset with the settings ::

        rg.Settings(
            fields=[rg.TextField("text")],
            questions=[rg.MultiLabelQuestion("labels", labels=[..., "none"])],
            allow_extra_metadata=True,
        )

    where ``none`` is for texts to which nothing applies, because Argilla takes no empty answer. The reason is in the
    metadata.

    Parameters
    ----------
    tasks : iterable of Task
        What to write.
    out : text stream
        Where to.
    """
    _write_array(map(_argilla_record, _once(tasks)), out)


def write_label_studio(tasks: Iterable[Task], out: TextIO) -> None:
    """Write tasks for `Label Studio <https://labelstud.io/guide/predictions>`_.

    They fit a project with the labelling interface ::

        <View>
          <Text name="text" value="$text"/>
          <Choices name="labels" toName="text" choice="multiple"> <Choice value="..."/> </Choices>
        </View>

    Labels come as predictions. The reason is in the data of the task, beside the text.

    Parameters
    ----------
    tasks : iterable of Task
        What to write.
    out : text stream
        Where to.
    """
    _write_array(map(_label_studio_task, _once(tasks)), out)


def write_doccano(tasks: Iterable[Task], out: TextIO) -> None:
    """Write JSONL for `doccano <https://doccano.github.io/doccano/tutorial/#import-a-dataset>`_.

    It is imported as JSONL into a project for text classification with the columns that doccano proposes, ``text`` and
    ``label``. Other columns become metadata; there the label in question is ``about``.

    Parameters
    ----------
    tasks : iterable of Task
        What to write.
    out : text stream
        Where to.
    """
    write_lines(map(_doccano_row, _once(tasks)), out)


FORMATS: Mapping[str, Callable[[Iterable[Task], TextIO], None]] = {
    "jsonl": write_jsonl,
    "argilla": write_argilla,
    "label-studio": write_label_studio,
    "doccano": write_doccano,
}
"""How to write each format."""


def _argilla_record(task: Task) -> dict[str, Any]:
    record: dict[str, Any] = {"fields": {"text": task.text}, "metadata": dict(task.why)}
    if "id" in task.fields:
        record["id"] = str(task.fields["id"])
    if offered := _offered(task):
        kind = "model" if task.labels is None else "human"
        record["suggestions"] = {"labels": {"value": list(offered), "type": kind}}
    return record


def _label_studio_task(task: Task) -> dict[str, Any]:
    choices = {"from_name": "labels", "to_name": "text", "type": "choices", "value": {"choices": list(_offered(task))}}
    given_by = "model" if task.labels is None else "labelled before"
    predictions = [{"model_version": given_by, "result": [choices]}] if _offered(task) else []
    return {"data": task.to_dict(), "predictions": predictions}


def _doccano_row(task: Task) -> dict[str, Any]:
    why = {"about" if name == "label" else name: value for name, value in task.why.items()}
    names = {name: task.fields[name] for name in ("id",) if name in task.fields}
    return {**names, "text": task.text, "label": list(task.labels or ()), **why}


def _offered(task: Task) -> tuple[str, ...]:
    return task.predicted if task.labels is None else task.labels


def _row(asked: list[Task]) -> dict[str, Any]:
    first, *others = asked
    return first.to_dict() | ({"also": [dict(other.why) for other in others]} if others else {})


def _once(tasks: Iterable[Task]) -> Iterator[Task]:
    return (asked[0] for asked in _by_text(tasks))


def _by_text(tasks: Iterable[Task]) -> Iterable[list[Task]]:
    found: dict[Any, list[Task]] = {}
    for task in tasks:
        found.setdefault((task.fields.get("id"), task.text), []).append(task)
    return found.values()


def _write_array(rows: Iterable[Mapping[str, Any]], out: TextIO) -> None:
    # In ASCII: Argilla reads files in the encoding of its machine.
    out.write(json.dumps(list(rows), indent=2, default=str) + "\n")
