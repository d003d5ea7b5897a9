"""Speed beside what a user would pick instead: every contender at its best setting, in a fresh process, in one run."""

from claimclf.benchmark.contenders import CONTENDERS, Contender
from claimclf.benchmark.measuring import Measurement, Race, measure, race
from claimclf.benchmark.presenting import plot, table

__all__ = ["CONTENDERS", "Contender", "Measurement", "Race", "measure", "plot", "race", "table"]
