"""From scores to decisions: calibration, adjustment to other base rates, and a policy that refers what is doubtful."""

from claimclf.decision.calibration import Calibration
from claimclf.decision.heldout import HELD_OUT_FILE, HeldOut
from claimclf.decision.policy import Policy
from claimclf.decision.priors import adjustable, adjusted, estimate_prior

__all__ = ["HELD_OUT_FILE", "Calibration", "HeldOut", "Policy", "adjustable", "adjusted", "estimate_prior"]
