"""A club's broker by what it delivers: real mosquitto, with exactly the files that init writes."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import aiomqtt
import pytest

from livecoach.monitor.club import join
from livecoach.sinks.broker.address import tls_context
from livecoach.wire.topics import REPORTS
from tests.loopback.broker_rig import until
from tests.loopback.mosquitto_rig import rig_present
from tests.monitor.club_rig import HOST, Running, client, club, member, running
from tests.rigs import require_rig

pytestmark = pytest.mark.rig
OURS = "livecoach/v1/club"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Running]:
    """Run a club of Ada and Ben; its folder has a blank in its name."""
    require_rig(rig_present(), "mosquitto")
    with running(club(tmp_path / "the club", "ada", "ben")) as rig:
        yield rig


async def test_another_runner_hears_nothing_and_can_forge_nothing(broker: Running) -> None:
    made = broker.club
    nosy = ("#", "+/+/+/#", f"{OURS}/#", f"{OURS}/ben/cmd/+", f"{OURS}/ben/live", "$SYS/#")
    async with (
        member(made, "ada", *nosy, f"{OURS}/ada/cmd/+", f"{OURS}/all/cmd/+") as ada,
        member(made, "ben") as ben,
        member(made, "coach") as coach,
    ):
        forged = [f"{OURS}/ben/{name}" for name in REPORTS]
        forged += [f"{OURS}/{who}/cmd/say" for who in ("ada", "ben", "all")]
        forged += [f"livecoach/v1/other/ada/{name}" for name in REPORTS]
        forged += ["homeassistant/device/x/config", "$SYS/x"]
        for topic in forged:
            await ada.client.publish(topic, b"forged", qos=1)
            await ada.client.publish(topic, b"forged", qos=0, retain=True)
        await coach.client.publish(f"{OURS}/ada/live", b"forged", qos=1)
        for who in ("ada", "ben"):
            ears = ada if who == "ada" else ben
            for name in REPORTS:
                await ears.client.publish(f"{OURS}/{who}/{name}", who.encode(), qos=1)
        for who in ("ada", "ben", "all"):
            await coach.client.publish(f"{OURS}/{who}/cmd/say", b"hello", qos=1)
        await coach.until("/ack", 2)
        await ada.until("/cmd/say", 2)
        await ben.until("/cmd/say", 2)
        async with member(made, "coach") as late:
            await coach.client.publish(f"{OURS}/nobody/cmd/say", b"last", qos=1)
            await late.until("nobody/cmd/say")
    assert {(topic, payload) for topic, payload, _ in ada.heard} == {
        (f"{OURS}/ada/cmd/say", b"hello"),
        (f"{OURS}/all/cmd/say", b"hello"),
    }
    assert {(topic, payload) for topic, payload, _ in ben.heard} == {
        (f"{OURS}/ben/cmd/say", b"hello"),
        (f"{OURS}/all/cmd/say", b"hello"),
    }
    reports = {(t, p) for t, p, _ in coach.heard if "/cmd/" not in t}
    assert reports == {(f"{OURS}/{w}/{n}", w.encode()) for w in ("ada", "ben") for n in REPORTS}
    assert [topic for topic, _, _ in late.heard] == [f"{OURS}/nobody/cmd/say"], "nothing retained"


async def test_a_will_in_anothers_name_is_not_spoken(broker: Running) -> None:
    """The status of a runner is a retained will: nobody may leave one for someone else."""
    will = aiomqtt.Will(f"{OURS}/ben/status", b"forged", qos=1, retain=True)
    async with member(broker.club, "coach") as coach:
        with pytest.raises(aiomqtt.MqttError):
            await _break_off(client(broker.club, "ada", will=will))
        async with client(broker.club, "ben") as ben:
            await ben.publish(f"{OURS}/ben/live", b"mark", qos=1)
        await coach.until("/ben/live")
    assert not coach.topics("/status")


async def _break_off(ada: aiomqtt.Client) -> None:
    """Connect and vanish: the broker speaks the will of who does."""
    async with ada:
        ada._client._sock_close()
        await ada.publish(f"{OURS}/ada/live", b"x", qos=1)


async def test_nobody_comes_in_without_the_right_name_and_password(broker: Running) -> None:
    context = tls_context(str(broker.club.folder / "ca.crt"))
    word = (broker.club.runner("ada") / "password").read_text().strip()
    for user, told in ((None, None), ("ada", "wrong"), ("ada", None), ("ben", word), ("eve", word)):
        with pytest.raises(aiomqtt.MqttError):
            async with aiomqtt.Client(
                HOST, broker.club.port, username=user, password=told, tls_context=context, timeout=5
            ):
                pass
    with pytest.raises(aiomqtt.MqttError):
        async with aiomqtt.Client(HOST, broker.club.port, username="ada", password=word, timeout=2):
            pass


async def test_a_runner_added_while_it_runs_comes_in_and_the_others_stay(broker: Running) -> None:
    async with member(broker.club, "coach") as coach, member(broker.club, "ada") as ada:
        join(broker.club, "cleo")
        broker.read_again()
        async with member(broker.club, "cleo") as cleo:
            await cleo.client.publish(f"{OURS}/cleo/live", b"here", qos=1)
            await ada.client.publish(f"{OURS}/ada/live", b"still", qos=1)
            await coach.client.publish(f"{OURS}/all/cmd/say", b"all", qos=1)
            assert await cleo.until("/cmd/say") == [b"all"]
            assert await ada.until("/cmd/say") == [b"all"]
            assert await coach.until("/live", 2) == [b"here", b"still"]


async def test_what_was_retained_outlives_the_broker(broker: Running) -> None:
    async with client(broker.club, "ada") as ada:
        await ada.publish(f"{OURS}/ada/status", b"online", qos=1, retain=True)
    broker.stop()
    broker.start()
    async with member(broker.club, "coach") as coach:
        assert await coach.until("/ada/status") == [b"online"]


async def test_a_shared_subscription_splits_the_strides_between_two(broker: Running) -> None:
    """For who stores them: each batch once. A page wants them all, so it never shares."""
    shared = f"$share/store/{OURS}/+/strides"
    async with (
        member(broker.club, "coach", shared) as one,
        member(broker.club, "coach", shared) as other,
        client(broker.club, "ada") as ada,
    ):
        sent = [str(k).encode() for k in range(40)]
        for payload in sent:
            await ada.publish(f"{OURS}/ada/strides", payload, qos=1)
        await until(lambda: len(one.heard) + len(other.heard) >= len(sent), 20.0)
        await asyncio.sleep(0.2)
    got = [payload for ears in (one, other) for _, payload, _ in ears.heard]
    assert sorted(got, key=int) == sent
    assert one.heard
    assert other.heard


async def test_a_client_id_taken_over_throws_out_and_gives_no_rights(broker: Running) -> None:
    """Mosquitto gives a client id to whoever comes last: a nuisance that its log names."""
    stolen = "livecoach-club-ben"
    async with member(broker.club, "coach") as coach:
        async with client(broker.club, "ben", identifier=stolen) as ben:
            async with client(broker.club, "ada", identifier=stolen) as ada:
                await ada.publish(f"{OURS}/ben/live", b"forged", qos=1)
                await ada.publish(f"{OURS}/ada/live", b"mark", qos=1)
            with pytest.raises(aiomqtt.MqttError):
                await ben.publish(f"{OURS}/ben/live", b"out", qos=1)
        await coach.until("/ada/live")
    assert not coach.topics("/ben/live")
    assert f"as {stolen} (p5, c1, k60, u'ada')" in broker.log
