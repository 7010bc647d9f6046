"""A club's broker that passes on to another: two real mosquittos with what init writes."""

import asyncio
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from livecoach.monitor.club import Club, bridge
from livecoach.monitor.club_words import password_line
from livecoach.wire.topics import REPORTS
from tests.loopback.mosquitto_rig import rig_present
from tests.monitor.club_rig import HOST, Running, club, member, running
from tests.rigs import require_rig

pytestmark = pytest.mark.rig
OURS = "livecoach/v1/club"
WORD = "a word of the cloud's"


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Running]:
    """Run the cloud's broker: another club's folder with a user for the bridge."""
    require_rig(rig_present(), "mosquitto")
    cloud = club(tmp_path / "cloud")
    with (cloud.folder / "passwords").open("a") as passwords:
        passwords.write(password_line("up", WORD, secrets.token_bytes(12)))
    with running(cloud) as rig:
        yield rig


@pytest.fixture
def down(tmp_path: Path, up: Running) -> Iterator[Running]:
    """Run the club's broker, bridged to the cloud, which lets it in as the bridge's file says."""
    made = club(tmp_path / "club", "ada", "ben")
    cloud = up.club
    path = bridge(made, f"mqtts://up@{HOST}:{cloud.port}", WORD, cloud.folder / "ca.crt")
    assert path.stat().st_mode & 0o777 == 0o600
    with (cloud.folder / "acl").open("a") as access:
        access.write(f"\n{rights(path)}")
    up.read_again()
    with running(made) as rig:
        yield rig


def rights(path: Path) -> str:
    """Return what a bridge's file says that its user must be allowed there."""
    lines = [line[4:] for line in path.read_text().splitlines() if line.startswith("#   ")]
    assert lines[0] == "user up"
    assert len(lines) == 2 + len(REPORTS)
    return "\n".join(lines) + "\n"


async def bridged(made: Club, cloud: Club) -> None:
    """Wait until the bridge carries something both ways."""
    async with member(made, "ada") as ada, member(cloud, "coach") as coach:
        async with asyncio.timeout(30):
            while not coach.heard or not ada.heard:
                await ada.client.publish(f"{OURS}/ada/live", b"there?", qos=0)
                await coach.client.publish(f"{OURS}/ada/cmd/mode", b"here?", qos=0)
                await asyncio.sleep(0.1)


async def test_reports_go_up_and_wishes_come_down_once_and_nothing_echoes(
    up: Running, down: Running
) -> None:
    await bridged(down.club, up.club)
    async with (
        member(down.club, "ada") as ada,
        member(down.club, "ben") as ben,
        member(down.club, "coach") as here,
        member(up.club, "coach") as there,
    ):
        for name in REPORTS:
            await ada.client.publish(f"{OURS}/ada/{name}", name.encode(), qos=1)
        await there.client.publish(f"{OURS}/ada/cmd/target", b"from there", qos=1)
        await there.client.publish(f"{OURS}/all/cmd/say", b"to all", qos=1)
        await here.client.publish(f"{OURS}/ada/cmd/say", b"from here", qos=1)
        await there.client.publish(f"{OURS}/ben/live", b"forged", qos=1)
        await here.until("/ack")
        await there.until("/ack")
        await ada.until("/cmd/target")
        await ada.until("/cmd/say", 2)
        await ben.until("/cmd/say")
        await asyncio.sleep(1.0)  # an echo would have come by now
    wishes = [
        (f"{OURS}/ada/cmd/say", b"from here"),
        (f"{OURS}/ada/cmd/target", b"from there"),
        (f"{OURS}/all/cmd/say", b"to all"),
    ]
    reports = sorted((f"{OURS}/ada/{name}", name.encode()) for name in REPORTS)
    assert sorted((t, p) for t, p, _ in ada.heard) == wishes
    assert [(t, p) for t, p, _ in ben.heard] == [(f"{OURS}/all/cmd/say", b"to all")]
    assert sorted((t, p) for t, p, _ in here.heard) == sorted(reports + wishes)
    assert sorted((t, p) for t, p, _ in there.heard) == sorted(reports + wishes[1:])


async def test_what_is_reported_while_the_cloud_is_away_goes_up_later_and_wishes_do_not_come_down(
    up: Running, down: Running
) -> None:
    await bridged(down.club, up.club)
    up.stop()
    sent = [str(k).encode() for k in range(200)]
    async with member(down.club, "ada") as ada:
        for payload in sent:
            await ada.client.publish(f"{OURS}/ada/strides", payload, qos=1)
        up.start()
        async with member(up.club, "coach") as there:
            got = await there.until("/strides", len(sent), within_s=40.0)
    assert list(dict.fromkeys(got)) == sent, "in order"
    assert got == sent, "each once"
    down.stop()
    async with member(up.club, "coach") as there:
        await there.client.publish(f"{OURS}/ada/cmd/say", b"too late", qos=1)
        await there.until("/cmd/say")
    down.start()
    async with member(down.club, "ada", f"{OURS}/ada/cmd/say") as ada:
        await bridged(down.club, up.club)
    assert ada.heard == []
