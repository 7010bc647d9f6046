"""Asking for a step rate: bursts of beats, now and then with words, or a reminder instead."""

from livecoach.coach.ledger import Asking, of_rate
from livecoach.coach.mouth import Means, Now
from livecoach.coach.phrases import Topic
from livecoach.model import Cue


class RateAsking:
    """Begins and ends bursts; one at a time."""

    def __init__(self, means: Means) -> None:
        self._m = means
        self._t_burst: float | None = None
        self._reminded = False

    @property
    def going_on(self) -> bool:
        """Whether something is being asked for."""
        return self._t_burst is not None

    def rest(self) -> None:
        """Fall silent."""
        self._m.metronome.stop()
        self._t_burst = None

    def lead(self, now: Now) -> float:
        """Return 1 to sound before the footfall and raise the step rate, -1 to lower it."""
        side = self._m.patience.side if self.going_on else now.side
        return {"low": 1.0, "on": 0.0, "high": -1.0}[side]

    def update(self, now: Now) -> list[Cue]:
        """Take the state of a runner who runs steadily; return words, if any."""
        m, beats = self._m, now.beats(self._m.params)
        if beats == "always" and not m.metronome.playing:
            self._begin_beats(now)
        if self._t_burst is not None:
            if now.t - self._t_burst >= m.params.burst_s:
                self._end(now)
                if beats != "always":
                    m.metronome.stop()
            return []
        if now.side == "on" or not (m.plan.open and m.patience.is_over(now.t, now.side)):
            return []
        asking = of_rate(now.side, now.error_ratio, f"step rate {now.off}")
        if not self._may_ask(now) or m.ledger.holds(now.t, asking):
            return []
        return self._begin(now, asking)

    def _may_ask(self, now: Now) -> bool:
        """Return whether to begin now: where there are no beats there must be words."""
        m = self._m
        silent = now.beats(m.params) == "off" or self._reminds(now)
        may_sound = self._may_speak(now) if silent else True
        return may_sound and m.gate.may_cue(now.t) and not m.ledger.holding

    def _may_speak(self, now: Now) -> bool:
        m, t = self._m, now.t
        patient = now.beats(m.params) == "off" or m.patience.may_speak(t)
        return now.modes.cues_allowed and patient and m.gate.may_speak(t)

    def _reminds(self, now: Now) -> bool:
        return self._m.plan.reminds and now.side == "low"

    def _begin(self, now: Now, asking: Asking) -> list[Cue]:
        m = self._m
        self._t_burst, self._reminded = now.t, self._reminds(now)
        m.patience.begin(now.side, now.target_spm, now.error_ratio, futile=m.ledger.futile(asking))
        beats = now.beats(m.params) == "bandwidth" and not self._reminded
        if beats:
            self._begin_beats(now)
        m.gate.cued(now.t)
        words = self._words(now, asking, beats=beats)
        if words or beats:
            m.ledger.asked(now.t, asking, m.mouth.next_number, words, beats=beats)
        if not words:
            return []
        m.gate.spoke(now.t)
        return [m.mouth.speech(now.t, words, asking.reason)]

    def _words(self, now: Now, asking: Asking, *, beats: bool) -> str:
        """Return what to say now about the step rate; nothing when beats alone do as well."""
        m = self._m
        topic: Topic = "recall" if self._reminded else "quicker" if asking.way > 0 else "slower"
        weigh = m.ledger.weigh(asking, beats=beats)
        if not self._may_speak(now) or (beats and not m.wording.useful(topic, weigh)):
            return ""
        m.patience.spoke(now.t)
        return m.wording.next(topic, weigh)

    def _begin_beats(self, now: Now) -> None:
        why = f"step rate {now.off}; "
        self._m.metronome.start(now.t, now.target_spm, now.phase, self.lead(now), why)

    def _end(self, now: Now) -> None:
        m = self._m
        answered = m.patience.end(now.t, now.side, now.target_spm, now.error_ratio)
        m.plan.asked(reminded=self._reminded, answered=answered)
        self._t_burst = None
