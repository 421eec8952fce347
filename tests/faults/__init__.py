"""What tokens survive, measured: ``python -m tests.faults.tokens --small`` or ``--full``."""

import sys
from pathlib import Path

_TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [
    str(_TESTS / "unit"),
    str(_TESTS / "sandbox"),
]  # what other tests share is named as they name it
