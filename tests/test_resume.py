"""Runs over many documents that are interrupted, and go on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from claimclf.cli.journal import Journal
from claimclf.cli.main import main
from claimclf.cli.reading import Item
from claimclf.documents.kinds import READERS
from claimclf.predict import predict

TEXTS = {
    "a.txt": "The two ministries signed a pact on ports. She studied hydrology.",
    "b.txt": "Fake accounts spread the invented story.",
    "c.txt": "Congress should repeal the act.",
    "d.txt": "Faces are matched by cameras in the market.",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = Path("archive")
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "empty.txt").write_bytes(b"")
    return folder


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are read, and the sources that are predicted; the run is interrupted at the word STOP."""
    noted: list[str] = []
    labelled, reader = predict.labelled, READERS[".txt"]

    def interrupted(reading, *, model):
        if "STOP" in reading.extracted.text:
            raise KeyboardInterrupt
        noted.append(Path(reading.source).name)
        return labelled(reading, model=model)

    monkeypatch.setattr(type(predict), "labelled", staticmethod(interrupted))
    monkeypatch.setitem(READERS, ".txt", lambda data: (noted.append("read"), reader(data))[1])
    return noted


def written(place: Path) -> dict[str, bytes]:
    """Every file below a folder but the documents."""
    return {
        str(path): path.read_bytes()
        for path in sorted(place.rglob("*"))
        if path.is_file() and path.parts[0] != "archive"
    }


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet", "html"])
def test_the_same_command_goes_on_where_it_was_interrupted(folder, baseline_bundle, done, capsys, ending) -> None:
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    command = ["predict", "archive", "--model", str(baseline_bundle), "--out", f"out.{ending}"]
    assert main(command) == 1  # one file is empty
    whole = written(Path())
    for name in whole:
        Path(name).unlink()
    (folder / "c.txt").write_text("STOP", "utf-8")
    assert main(command) == 130
    assert not Path(f"out.{ending}").exists()
    assert "the same command does not repeat the documents that are finished" in capsys.readouterr().err
    (folder / "c.txt").write_text(TEXTS["c.txt"], "utf-8")
    done.clear()
    assert main(command) == 1
    assert done == ["read", "c.txt", "read", "d.txt", "read"]
    assert "documents finished already: 2" in capsys.readouterr().err
    assert written(Path()) == whole


def test_of_a_table_that_is_interrupted_nothing_is_promised(
    folder, baseline_bundle, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    def interrupted(*_):
        yield Item(TEXTS["a.txt"], {})
        raise KeyboardInterrupt

    monkeypatch.setattr("claimclf.cli.labelling.read_items", interrupted)
    assert main(["predict", "a.csv", "--model", str(baseline_bundle), "--out", "out.csv"]) == 130
    assert capsys.readouterr().err == "interrupted; of tables nothing is kept, the same command begins again\n"
    assert written(Path()) == {}


def test_what_has_changed_is_done_again(folder, baseline_bundle, done) -> None:
    def interrupt(*options: str) -> None:
        (folder / "d.txt").write_text("STOP", "utf-8")
        assert main([*command, *options]) == 130
        (folder / "d.txt").write_text(TEXTS["d.txt"], "utf-8")
        done.clear()

    command = ["predict", "archive", "--model", str(baseline_bundle), "--out", "out.jsonl"]
    interrupt()
    (folder / "b.txt").write_text("The river rose in spring.", "utf-8")
    (folder / "a.txt").unlink()
    main(command)
    assert [name for name in done if name != "read"] == ["b.txt", "d.txt"]
    assert Path("out.jsonl").read_text("utf-8").count("\n") == 3
    interrupt()
    main([*command, "--model", "baseline"])
    assert [name for name in done if name != "read"] == ["b.txt", "c.txt", "d.txt"]
    interrupt()
    main([*command, "--labelled-only"])  # chooses among the rows, and changes none
    assert [name for name in done if name != "read"] == ["d.txt"]


def test_a_finished_run_leaves_nothing_to_go_on_from(folder, baseline_bundle, done) -> None:
    command = ["predict", "archive", "--model", str(baseline_bundle), "--out"]
    for out in ("out.jsonl", "out.html"):
        for _ in range(2):
            done.clear()
            main([*command, out])
            assert [name for name in done if name != "read"] == list(TEXTS)
    assert not [name for name in written(Path()) if Path(name).name.startswith(".")]


def test_a_document_that_was_cut_anywhere_is_not_finished(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path, {"bundle": "a"})
    ends = []
    for name in ("a", "b", "c"):
        journal.keep((name, "0f"), (f"note of {name}",), [f"row of {name}", "“\ud800”"])
        ends.append(path.stat().st_size)
    content = path.read_bytes()
    for cut in range(len(content) + 1):
        path.write_bytes(content[:cut])
        found = Journal(path, {"bundle": "a"})
        assert [source for source, _ in found.known] == ["a", "b", "c"][: sum(end <= cut for end in ends)]
        found.keep(("d", "0f"), (), ["row of d"])
        again = Journal(path, {"bundle": "a"})
        assert list(again.known) == [*found.known]
        assert [again.recall(key)[0] for key in again.known] == [f"row of {source}" for source, _ in again.known]


KILLED = """
import os, signal, sys
from claimclf.cli.main import main
from claimclf.documents.kinds import READERS

reader = READERS[".txt"]

def kill(data):
    if b"STOP" in data:
        os.kill(os.getpid(), signal.SIGKILL)
    return reader(data)

READERS[".txt"] = kill
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
@pytest.mark.parametrize("ending", ["jsonl", "html"])
def test_a_process_that_is_killed_leaves_nothing_half_done(folder, baseline_bundle, done, ending) -> None:
    command = ["predict", "archive", "--model", str(baseline_bundle), "--out", f"out.{ending}"]
    (folder / "c.txt").write_text("STOP", "utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run([sys.executable, "-c", KILLED, *command], env=environment, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    assert not Path(f"out.{ending}").exists()
    (folder / "c.txt").write_text(TEXTS["c.txt"], "utf-8")
    main(command)
    assert [name for name in done if name != "read"][-2:] == ["c.txt", "d.txt"]
    resumed = written(Path())
    for name in resumed:
        Path(name).unlink()
    main(command)
    assert written(Path()) == resumed


HOLDS = """
import sys
from pathlib import Path
from claimclf.cli.locking import alone

with alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("ending", ["jsonl", "html"])
def test_a_second_run_on_one_output_is_refused_until_the_first_ends(folder, baseline_bundle, capsys, ending) -> None:
    command = ["predict", str(folder / "a.txt"), "--model", str(baseline_bundle), "--out", f"out.{ending}"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    holds = [sys.executable, "-c", HOLDS, f"out.{ending}"]
    with subprocess.Popen(holds, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout.readline().strip() == b"held"
        assert main(command) == 1
        assert f"--out out.{ending}: another run is writing it" in capsys.readouterr().err
        assert not Path(f"out.{ending}").exists()
        assert main([*command[:-1], f"other.{ending}"]) == 0
        first.kill()
    assert Path(f".out.{ending}.lock").exists()  # the file that a killed process leaves locks nothing
    assert main(command) == 0
    assert sorted(written(Path())) == [f"other.{ending}", f"out.{ending}"]


def test_reports_of_documents_that_are_gone_go_too(folder, baseline_bundle) -> None:
    command = ["predict", "archive", "--model", str(baseline_bundle), "--out", "out.html"]
    main(command)
    kept = Path("out_files/notes.html")
    kept.write_text("Mine.", "utf-8")
    before = {path.name for path in Path("out_files").iterdir()}
    (folder / "b.txt").unlink()
    shutil.copy(folder / "a.txt", folder / "a2.txt")
    main(command)
    after = {path.name for path in Path("out_files").iterdir()}
    assert [name[:2] for name in before - after] == ["b-"]
    assert [name[:3] for name in after - before] == ["a2-"]
    assert kept.exists()
