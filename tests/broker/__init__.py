"""The way out to a coach elsewhere, without a network."""
