"""The wearable without hardware: a simulated bus, a fake sysfs, mock pins, a small supervisor."""
