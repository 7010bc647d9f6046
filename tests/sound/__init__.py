"""The sound room: synthesis, mixing, levels, speech; and the ways out that need no sound card."""
