"""The HTTP host ``outlook-connector serve``: operations by name over HTTP. It translates and does nothing more."""
