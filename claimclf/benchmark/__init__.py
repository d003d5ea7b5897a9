"""Speed beside what a user would pick instead: every contender at its best setting, in a fresh process, in one run."""

from claimclf.benchmark.accuracy import macro_f1
from claimclf.benchmark.contenders import CONTENDERS, Contender
from claimclf.benchmark.measuring import Measurement, Race, measure, race
from claimclf.benchmark.peers import PEERS, prepare
from claimclf.benchmark.presenting import plot, table
from claimclf.benchmark.streaming import Streamed, stream

__all__ = [
    "CONTENDERS",
    "PEERS",
    "Contender",
    "Measurement",
    "Race",
    "Streamed",
    "macro_f1",
    "measure",
    "plot",
    "prepare",
    "race",
    "stream",
    "table",
]
