"""The pod and the wearable without hardware."""
