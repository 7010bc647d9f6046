"""Cues become frames: synthesis, mixing, levels, resampling and clock mapping. Pure numpy."""
