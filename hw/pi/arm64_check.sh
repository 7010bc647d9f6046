#!/bin/sh
# Runs the wheel on emulated 64-bit ARM, as a Raspberry Pi would: the demo, then the pure rooms' tests.
#
#   hw/pi/arm64_check.sh [FOLDER]        on Debian 12 or newer, x86-64; no root, 10 minutes or so
#
# Into a new folder below FOLDER (default /tmp), removed at the end, come Debian 12's arm64 packages
# and the aarch64 wheels of everything livecoach needs (400 MB on disk). qemu then
# runs their Python as a program of this computer: its kernel, clock and sound are this computer's,
# so this says that the parts fit together and count right, not that a Pi is fast enough.
#   MIRROR=URL   another source of Debian packages
#   PYTHON=...   the python3 with pip that builds the wheel and fetches the others
set -eu

HERE=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
MIRROR="${MIRROR:-http://deb.debian.org/debian}"
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
# tests/wire/test_fit.py needs fitparse, of which there is no wheel; test_fuzz.py starts programs.
TESTS="tests/wire tests/gait tests/sound/test_mixer.py tests/sound/test_desk.py
	tests/sound/test_beats.py tests/test_timebase.py tests/test_clock_mapper.py
	tests/test_device_clock.py --ignore tests/wire/test_fit.py --ignore tests/wire/test_fuzz.py"

say() { printf '\narm64_check: %s\n' "$*"; }

fail() {
	say "$*" >&2
	exit 1
}

missing=""
need() { [ -e "$2" ] || command -v "$2" >/dev/null || missing="$missing $1"; }
need qemu-user-static qemu-aarch64-static
need dpkg dpkg-deb
need debian-archive-keyring "$KEYRING"
need apt apt-get
need python3-pip "${PYTHON:=python3}"
[ -z "$missing" ] || fail "missing:$missing. Do: sudo apt install$missing"
"$PYTHON" -m pip --version >/dev/null 2>&1 || fail "$PYTHON has no pip. Do: sudo apt install python3-pip"

WORK=$(mktemp -d "${1:-/tmp}/arm64_check.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' INT TERM HUP
ROOT="$WORK/root"
SITE="$WORK/site"
mkdir -p "$ROOT/usr/bin" "$ROOT/usr/lib" "$WORK/home" \
	"$WORK/apt/lists/partial" "$WORK/apt/archives/partial"
ln -s usr/lib "$ROOT/lib"
ln -s usr/bin "$ROOT/bin"

say "Debian 12's packages for arm64, from $MIRROR"
: >"$WORK/apt/status"
echo "deb [arch=arm64 signed-by=$KEYRING] $MIRROR bookworm main" >"$WORK/apt/sources.list"
cat >"$WORK/apt/apt.conf" <<CONF
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "";
Acquire::Languages "none";
Dir::State "$WORK/apt";
Dir::State::status "$WORK/apt/status";
Dir::Cache "$WORK/apt";
Dir::Etc::sourcelist "$WORK/apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
CONF
export APT_CONFIG="$WORK/apt/apt.conf"
timeout 300 apt-get update -qq || fail "apt cannot fetch Debian's list of arm64 packages"
timeout 300 apt-get install -qq -y -d --no-install-recommends \
	python3.11 libstdc++6 libportaudio2 >/dev/null || fail "apt cannot fetch the arm64 packages"
for package in "$WORK"/apt/archives/*.deb; do
	dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$ROOT"
done
unset APT_CONFIG

say "livecoach's wheel, and the wheels of what it needs"
timeout 300 "$PYTHON" -m pip wheel -q --no-deps -w "$WORK/wheel" "$HERE" || fail "the wheel cannot be built"
timeout 600 "$PYTHON" -m pip install -q --target "$SITE" --only-binary=:all: \
	--python-version 3.11 --implementation cp --abi cp311 --abi abi3 --abi none \
	--platform manylinux_2_28_aarch64 --platform manylinux_2_27_aarch64 --platform manylinux2014_aarch64 \
	"$WORK"/wheel/*.whl pytest pytest-asyncio pytest-timeout pytest-benchmark hypothesis scipy \
	|| fail "a dependency has no wheel for aarch64, see above"

# What starts itself again (the voice does) must find an executable that this computer can start.
cat >"$WORK/python" <<RUN
#!/bin/sh
exec qemu-aarch64-static -L "$ROOT" -0 "$WORK/python" "$ROOT/usr/bin/python3.11" "\$@"
RUN
chmod +x "$WORK/python"

# emulated SECONDS ARGUMENTS: Python on ARM, for so long at most. The default CPU is 20 times slower.
emulated() {
	limit=$1
	shift
	env -i PATH="$PATH" LANG=C.UTF-8 HOME="$WORK/home" LIVECOACH_HOME="$WORK/home" TMPDIR="$WORK" \
		QEMU_CPU=cortex-a72 PYTHONHOME="$ROOT/usr" PYTHONPATH="$SITE" PYTHONDONTWRITEBYTECODE=1 \
		timeout "$limit" "$WORK/python" "$@"
}

cd "$WORK"
emulated 60 -c "import platform, numpy; print(platform.machine(), platform.python_version(), 'numpy', numpy.__version__)"

say "livecoach demo, 20 s: long enough for beats and a cue"
emulated 240 -m livecoach demo --seconds 20 --out "$WORK/demo" --audio "$WORK/demo.wav" --json >"$WORK/demo.json"
"$PYTHON" - "$WORK/demo.json" <<'CHECK' || fail "the demo did not do what it does elsewhere"
import json, sys
got = json.load(open(sys.argv[1]))
print({key: got[key] for key in ("reason", "steps", "beats", "cues", "dropped_cues", "problems")})
sys.exit(not (got["reason"] == "done" and got["steps"] > 40 and got["beats"] and got["cues"]))
CHECK

say "the pure rooms' tests"
cp -r "$HERE/tests" "$HERE/configs" "$HERE/pyproject.toml" "$WORK"
# shellcheck disable=SC2086  # a list of words
emulated 900 -m pytest -q -p no:cacheprovider --rootdir "$WORK" -c "$WORK/pyproject.toml" $TESTS
say "all of it works on emulated arm64"
