"""OAI-PMH 2.0: programs that copy our records, and come back for what has changed."""
