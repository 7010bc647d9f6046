"""When silence counts as loss."""

from livecoach.sources.ble.watchdog import Watchdog


def test_three_periods_of_silence_are_loss_and_at_least_a_second_and_a_half() -> None:
    for period_s, silent_s in ((0.05, 1.5), (1.0, 3.0)):
        dog = Watchdog(period_s, 10.0)
        dog.begin(0.0)
        assert dog.barks_at() == 10.0
        assert dog.fed(1.0)
        assert dog.barks_at() == 1.0 + silent_s
        assert not dog.fed(1.0 + period_s)


def test_a_slow_sensor_is_understood_to_be_slow() -> None:
    dog = Watchdog(1.0, 10.0)
    barks = 0
    t = 0.0
    dog.begin(t)
    for _ in range(40):
        t += 5.0
        if dog.barks_at() <= t:
            barks += 1
            dog.barked()
            dog.begin(t)
        dog.fed(t)
    assert 1 <= barks <= 3


def test_a_sensor_that_had_said_enough_is_given_no_more_time() -> None:
    dog = Watchdog(0.1, 10.0)
    dog.begin(0.0)
    for k in range(100):
        dog.fed(0.1 * k)
    dog.barked()
    dog.begin(20.0)
    dog.fed(20.0)
    assert dog.barks_at() == 21.5
