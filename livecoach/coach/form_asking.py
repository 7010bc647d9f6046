"""Asking for better form: words about one fault, until it has gone or that was in vain."""

from livecoach.coach.faults import FaultWatch
from livecoach.coach.ledger import of_fault
from livecoach.coach.mouth import Means
from livecoach.model import Cue


class FormAsking:
    """Faults that are there in, words about the most important one out."""

    def __init__(self, means: Means, faults: FaultWatch) -> None:
        self._m = means
        self._faults = faults

    def look(self, t: float) -> None:
        """Note what has gone, and that whoever hears beats shows no form of their own."""
        if self._m.metronome.playing:
            self._faults.coached()
        for fault in self._faults.gone(t):
            self._m.gate.mended(fault)

    def update(self, t: float) -> list[Cue]:
        """Speak of a fault now, or not; the caller knows that the runner may be spoken to."""
        m = self._m
        if not (m.plan.open and m.gate.may_cue(t)) or m.ledger.holding:
            return []
        for seen in m.ledger.in_order(self._faults.seen(t)):
            if m.gate.may_fault(t, seen.fault):
                asking = of_fault(seen)
                if m.ledger.holds(t, asking):
                    return []
                self._faults.coached()
                m.gate.spoke_of(t, seen.fault)
                words = m.wording.next(seen.fault, m.ledger.weigh(asking, beats=False))
                m.ledger.asked(t, asking, m.mouth.next_number, words, beats=False)
                return [m.mouth.speech(t, words, seen.reason)]
            if not m.gate.in_vain(seen.fault):
                break
        return []
