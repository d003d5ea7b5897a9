"""Speed and learning beside what a user would pick instead, every contender in fresh processes, in one run."""

from claimclf.benchmark.accuracy import macro_f1
from claimclf.benchmark.comparing import compare
from claimclf.benchmark.contenders import CONTENDERS, Contender
from claimclf.benchmark.fewshot import compete, learners_by_default
from claimclf.benchmark.learners import LEARNERS
from claimclf.benchmark.limits import arithmetic
from claimclf.benchmark.measuring import Measurement, Race, measure, race
from claimclf.benchmark.peers import PEERS, prepare
from claimclf.benchmark.presenting import plot, table
from claimclf.benchmark.streaming import Streamed, stream

__all__ = [
    "CONTENDERS",
    "LEARNERS",
    "PEERS",
    "Contender",
    "Measurement",
    "Race",
    "Streamed",
    "arithmetic",
    "compare",
    "compete",
    "learners_by_default",
    "macro_f1",
    "measure",
    "plot",
    "prepare",
    "race",
    "stream",
    "table",
]
