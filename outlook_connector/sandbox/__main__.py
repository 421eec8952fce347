"""`python -m outlook_connector.sandbox --port 0 --json`."""

from __future__ import annotations

import argparse

from outlook_connector.sandbox.run import run


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m outlook_connector.sandbox", description="Runs the sandbox."
    )
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one")
    parser.add_argument("--json", action="store_true", help="print one line of JSON when ready")
    options = parser.parse_args()
    run(options.port, options.json)


if __name__ == "__main__":
    main()
