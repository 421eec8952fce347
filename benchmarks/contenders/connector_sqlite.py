"""This connector with its usual token store, a file of SQLite, which several processes may share."""

import tempfile
from pathlib import Path

from ..place import Place
from . import Works, connector

KEY = "bm8gc2VjcmV0LCBhbmQgb2YgMzIgYnl0ZXMgbG9uZyE="


def works(place: Place) -> Works:
    file = Path(tempfile.mkdtemp(prefix="benchmarks-")) / "tokens.db"
    return connector.works(place, tokenStore=f"sqlite:///{file}", storeKey=KEY)
