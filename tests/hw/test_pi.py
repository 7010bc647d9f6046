"""What goes onto a Pi: provisioning twice, units, device tree, shell. No Pi is involved."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from livecoach import config
from tests.rigs import require_rig

ROOT = Path(__file__).parents[2]
PI = ROOT / "hw" / "pi"
SERVICES = sorted((PI / "systemd").glob("*.service"))


def tool(name: str) -> str:
    path = shutil.which(name)
    require_rig(path is not None, name)
    return path or name


def ran(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | environment,
    )


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return mode and content of every file; a link is what it points to."""
    out = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            out[str(path.relative_to(folder))] = (0, str(path.readlink()).encode())
        elif path.is_file():
            out[str(path.relative_to(folder))] = (path.stat().st_mode, path.read_bytes())
    return out


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """Return a system as it comes, with a last section that is for one board only."""
    boot = tmp_path / "card" / "boot" / "firmware"
    boot.mkdir(parents=True)
    (boot / "config.txt").write_text("dtparam=audio=on\n[cm4]\notg_mode=1")
    return tmp_path / "card"


@pytest.mark.rig
def test_provisioning_twice_changes_nothing_the_second_time(card: Path) -> None:
    tool("dtc")
    options = ("--dac", "hifiberry-dac", "--overlay")
    first = ran("sh", PI / "provision.sh", *options, ROOT=str(card))
    assert first.returncode == 0, first.stderr
    before = everything(card)
    second = ran("sh", PI / "provision.sh", *options, ROOT=str(card))
    assert second.returncode == 0, second.stderr
    assert second.stdout == "0 changes\n"
    assert everything(card) == before
    lines = (card / "boot/firmware/config.txt").read_text().splitlines()
    assert lines[:3] == ["dtparam=audio=on", "[cm4]", "otg_mode=1"]
    own = lines[lines.index("[all]") :]
    assert own == [
        "[all]",
        "dtparam=i2c_arm=on,i2c_arm_baudrate=400000",
        "dtparam=watchdog=on",
        "dtoverlay=hifiberry-dac",
        "dtoverlay=lc-imu",
    ]
    wanted = card / "etc/systemd/system/multi-user.target.wants/livecoach.service"
    assert str(wanted.readlink()) == "/etc/systemd/system/livecoach.service"


def test_what_the_runner_changed_stays_and_unprovisioning_takes_only_ours(card: Path) -> None:
    untouched = everything(card)
    assert ran("sh", PI / "provision.sh", ROOT=str(card)).returncode == 0
    own = card / "etc/livecoach/wearable.toml"
    config.load(own)
    own.write_text("# mine\n")
    done = ran("sh", PI / "provision.sh", ROOT=str(card))
    assert done.stdout == "0 changes\n"
    assert ran("sh", PI / "unprovision.sh", ROOT=str(card)).returncode == 0
    left = everything(card)
    assert own.read_text() == "# mine\n"
    assert set(left) == {*untouched, "etc/livecoach/wearable.toml"}
    assert b"i2c_arm" not in left["boot/firmware/config.txt"][1]


@pytest.mark.rig
def test_the_shell_is_clean() -> None:
    done = ran(tool("shellcheck"), *PI.glob("*.sh"))
    assert done.returncode == 0, done.stdout


def runnable(unit: Path, folder: Path) -> Path:
    """Return a unit that starts a program which is there: systemd looks for it."""
    text = re.sub(r"(?m)^Exec(Start|StopPost)=.*$", r"Exec\1=/bin/true", unit.read_text())
    path = folder / unit.name
    path.write_text(text)
    return path


@pytest.mark.rig
@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)
def test_systemd_finds_nothing_wrong_with_the_units(unit: Path, tmp_path: Path) -> None:
    analyze = tool("systemd-analyze")
    path = runnable(unit, tmp_path)
    scope = ["--user"] if "user" in unit.name else []
    options = (*scope, "--recursive-errors=no", "--man=no")
    done = ran(analyze, "verify", *options, path, XDG_RUNTIME_DIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert unit.name not in done.stderr  # a key that it does not know is only a warning


@pytest.mark.rig
def test_systemd_would_find_a_wrong_key(tmp_path: Path) -> None:
    unit = runnable(PI / "systemd" / "livecoach.service", tmp_path)
    unit.write_text(unit.read_text().replace("WatchdogSec=4", "WatchdogSecs=4"))
    done = ran(tool("systemd-analyze"), "verify", "--recursive-errors=no", "--man=no", unit)
    assert "WatchdogSecs" in done.stderr


@pytest.mark.rig
def test_the_service_is_little_exposed(tmp_path: Path) -> None:
    unit = runnable(PI / "systemd" / "livecoach.service", tmp_path)
    done = ran(tool("systemd-analyze"), "security", "--offline=true", "--threshold=30", unit)
    assert done.returncode == 0, done.stdout


def test_a_stuck_service_is_started_again_within_ten_seconds() -> None:
    text = (PI / "systemd" / "livecoach.service").read_text()
    seconds = [
        float(re.search(rf"(?m)^{key}=([\d.]+)$", text)[1])  # type: ignore[index]  # else it fails
        for key in ("WatchdogSec", "TimeoutAbortSec", "RestartSec")
    ]
    assert sum(seconds) <= 6.0


@pytest.mark.rig
def test_users_groups_and_folders_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    done = ran(tool("systemd-sysusers"), f"--root={tmp_path}", PI / "sysusers.d/livecoach.conf")
    assert done.returncode == 0, done.stderr
    assert "livecoach:" in (tmp_path / "etc/passwd").read_text()
    groups = (tmp_path / "etc/group").read_text()
    for group in ("i2c", "iio", "gpio", "bluetooth", "audio"):
        assert re.search(rf"(?m)^{group}:.*livecoach$", groups), group
    if os.geteuid() == 0:
        conf = PI / "tmpfiles.d/livecoach.conf"
        made = ran(tool("systemd-tmpfiles"), f"--root={tmp_path}", "--create", conf)
        assert made.returncode == 0, made.stderr
        assert (tmp_path / "var/lib/livecoach/sessions").is_dir()


BASE = """/dts-v1/;
/ { compatible = "brcm,bcm2835"; soc { #address-cells = <1>; #size-cells = <0>;
gpio: gpio { #interrupt-cells = <2>; interrupt-controller; };
i2c_arm: i2c { #address-cells = <1>; #size-cells = <0>; }; }; };
"""


@pytest.mark.rig
def test_the_overlay_goes_onto_a_tree(tmp_path: Path) -> None:
    (tmp_path / "base.dts").write_text(BASE)
    sources = {"base": tmp_path / "base.dts", "imu": PI / "overlays/lc-imu-overlay.dts"}
    for name, source in sources.items():
        out = tmp_path / f"{name}.dtb"
        done = ran(tool("dtc"), "-q", "-@", "-I", "dts", "-O", "dtb", "-o", out, source)
        assert done.returncode == 0, done.stderr
    merged = tmp_path / "merged.dtb"
    base, imu = tmp_path / "base.dtb", tmp_path / "imu.dtb"
    done = ran(tool("fdtoverlay"), "-i", base, "-o", merged, imu)
    assert done.returncode == 0, done.stderr
    text = ran("dtc", "-q", "-I", "dtb", "-O", "dts", merged).stdout
    assert 'compatible = "st,lsm6dsox"' in text
    assert "clock-frequency = <0x61a80>" in text


def test_pins_are_those_of_the_one_table() -> None:
    table = ROOT / "hw" / "pins.toml"
    require_rig(table.exists(), "hw/pins.toml")
    pins = tomllib.loads(table.read_text())["pi"]
    shipped = config.load(ROOT / "configs" / "wearable.toml").wearable
    assert shipped is not None
    assert shipped.button_gpio == pins["button"]["bcm"]
    assert shipped.lamp_gpio == pins["led"]["bcm"]
    overlay = (PI / "overlays/lc-imu-overlay.dts").read_text()
    assert f"interrupts = <{pins['imu_int']['bcm']} " in overlay
