"""How long a test waits, in a file of its own, so that the processes that a test starts need not load more."""

PATIENCE = 300  # seconds: longer than anything takes on a slow and busy machine, so that only what hangs is ended
