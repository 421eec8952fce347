"""Short programs that are measured as whole processes, from their start to their end."""
