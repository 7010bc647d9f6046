"""Tells when a sensor that is connected has fallen silent."""

_PERIODS = 3.0
_SILENT_S = 1.5
_LEARN = 0.1
_ENOUGH = 5
_PATIENCE_MOST = 8.0


class Watchdog:
    """Three periods without data, and at least 1.5 s, are silence.

    The period is what the kind of sensor promises, or what the sensor is found to do where that is
    slower. A sensor that fell silent before it had said five things may be a slow one: each time it
    gets twice as long.
    """

    def __init__(self, period_s: float, first_s: float) -> None:
        self._promised_s = self._period_s = period_s
        self._first_s = first_s
        self._patience = 1.0
        self._t = 0.0
        self._count = 0

    def begin(self, t: float) -> None:
        """Note that the stream was asked for: the first data may take its time."""
        self._t, self._count = t, 0

    def fed(self, t: float) -> bool:
        """Note that data came; return True for the first: from now on silence counts sooner."""
        if self._count:
            self._period_s += _LEARN * (t - self._t - self._period_s)
        self._t = t
        self._count += 1
        return self._count == 1

    def barks_at(self) -> float:
        """Return when the silence will be long enough."""
        periods_s = _PERIODS * max(self._promised_s, self._period_s)
        patient_s = max(_SILENT_S, periods_s) * self._patience
        return self._t + (patient_s if self._count else max(self._first_s, patient_s))

    def barked(self) -> None:
        """Note that the sensor was given up for silent."""
        slow = self._count < _ENOUGH
        self._patience = min(_PATIENCE_MOST, 2.0 * self._patience) if slow else 1.0
