"""OData's query options as Graph's mail service honours them, with its restrictions and its error codes."""
