"""livecoach: a real-time audio cadence coach for live runs."""

__all__ = ["__version__"]

__version__ = "0.1.0"
