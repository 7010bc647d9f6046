"""Real parts in a loop: what goes out is recorded and compared with what was meant."""
