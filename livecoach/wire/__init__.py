"""Bytes <-> model. Pure: any bytes give a value or a `WireError`, nothing else."""
