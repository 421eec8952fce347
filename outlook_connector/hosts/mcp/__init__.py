"""The MCP host: operations as tools of the Model Context Protocol (https://modelcontextprotocol.io). It translates,
and nothing more; what may run is decided by the connection's policy and by the effects that it was started with.

``python`` programs use ``server(connector, allowed)``; the command line is ``outlook-connector mcp``. Needs the
``mcp`` extra.
"""
