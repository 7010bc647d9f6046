#!/bin/sh
# Makes a Raspberry Pi (Raspberry Pi OS Bookworm or Trixie, 64 bit) a livecoach wearable.
#
#   sudo hw/pi/provision.sh [--dac hifiberry-dac] [--overlay]
#
# It may be run again at any time: a second run changes nothing. With ROOT=DIR it works on a system
# below DIR (an image, a test) and leaves out what only a running one can do: packages, users, start.
#   --dac NAME   also switches on an I2S sound board (dtoverlay=NAME); USB needs nothing
#   --overlay    also builds the device-tree overlay for the iio: source (needs dtc)
set -eu

ROOT="${ROOT:-}"
HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
CHANGES=0
DAC=""
OVERLAY=""

say() { printf '%s\n' "$*"; }

changed() {
	CHANGES=$((CHANGES + 1))
	say "changed: $1"
}

# put MODE SOURCE DESTINATION: install a file unless it is there already, just so.
put() {
	if [ -f "$ROOT$3" ] && cmp -s "$2" "$ROOT$3" && [ "$(stat -c %a "$ROOT$3")" = "$1" ]; then
		return
	fi
	install -D -m "$1" "$2" "$ROOT$3"
	changed "$3"
}

# ensure FILE LINE: add a line unless it is there already.
ensure() {
	if ! grep -qxF -- "$2" "$ROOT$1" 2>/dev/null; then
		mkdir -p "$(dirname "$ROOT$1")"
		# A last line without its end must not be joined with ours.
		if [ -s "$ROOT$1" ] && [ -n "$(tail -c 1 "$ROOT$1")" ]; then
			printf '\n' >>"$ROOT$1"
		fi
		printf '%s\n' "$2" >>"$ROOT$1"
		changed "$1: $2"
	fi
}

# link TARGET NAME: make a symbolic link unless it is there already.
link() {
	if [ "$(readlink "$ROOT$2" || true)" != "$1" ]; then
		mkdir -p "$(dirname "$ROOT$2")"
		ln -sfn "$1" "$ROOT$2"
		changed "$2"
	fi
}

while [ $# -gt 0 ]; do
	case "$1" in
	--dac)
		DAC="${2:?--dac needs a name, like hifiberry-dac}"
		shift 2
		;;
	--overlay)
		OVERLAY=yes
		shift
		;;
	*)
		say "unknown: $1 (see the head of $0)" >&2
		exit 2
		;;
	esac
done

if [ -z "$ROOT" ] && [ "$(id -u)" != 0 ]; then
	say "It changes the system: run it with sudo, or with ROOT=DIR for a trial." >&2
	exit 1
fi

BOOT=/boot/firmware
if [ ! -d "$ROOT$BOOT" ] && [ -f "$ROOT/boot/config.txt" ]; then
	BOOT=/boot
fi

# After one of its [sections] a line would count for that board only.
section=$(grep '^\[' "$ROOT$BOOT/config.txt" 2>/dev/null | tail -n 1 || true)
if [ -n "$section" ] && [ "$section" != "[all]" ] &&
	! grep -qxF -- "$(tail -n 1 "$HERE/config.txt.d/livecoach.txt")" "$ROOT$BOOT/config.txt"; then
	printf '\n[all]\n' >>"$ROOT$BOOT/config.txt"
	changed "$BOOT/config.txt: [all]"
fi
while IFS= read -r line; do
	ensure "$BOOT/config.txt" "$line"
done <"$HERE/config.txt.d/livecoach.txt"
if [ -n "$DAC" ]; then
	ensure "$BOOT/config.txt" "dtoverlay=$DAC"
fi
if [ -n "$OVERLAY" ]; then
	built=$(mktemp)
	trap 'rm -f "$built"' EXIT
	dtc -q -@ -I dts -O dtb -o "$built" "$HERE/overlays/lc-imu-overlay.dts"
	put 644 "$built" "$BOOT/overlays/lc-imu.dtbo"
	ensure "$BOOT/config.txt" "dtoverlay=lc-imu"
fi

while read -r mode source destination; do
	case "$mode" in
	'#'*) ;;
	*) put "$mode" "$HERE/$source" "$destination" ;;
	esac
done <"$HERE/install.list"

# The runner's own configuration is never overwritten.
if [ ! -e "$ROOT/etc/livecoach/wearable.toml" ]; then
	put 644 "$HERE/../../configs/wearable.toml" /etc/livecoach/wearable.toml
fi
link /etc/systemd/system/livecoach.service /etc/systemd/system/multi-user.target.wants/livecoach.service

if [ -z "$ROOT" ]; then
	systemd-sysusers
	systemd-tmpfiles --create
	udevadm control --reload && udevadm trigger
	if [ ! -x /opt/livecoach/bin/livecoach ]; then
		apt-get update -q
		apt-get install -y -q --no-install-recommends \
			python3-venv python3-lgpio libportaudio2 bluez i2c-tools
		# Debian's lgpio serves where there is no wheel of it.
		python3 -m venv --system-site-packages /opt/livecoach
		/opt/livecoach/bin/python -m pip install "$HERE/../..[pi]"
		changed /opt/livecoach
	fi
	if [ "$CHANGES" -gt 0 ]; then
		systemctl daemon-reload
		say "Now: sudo reboot. Afterwards: systemctl start livecoach-doctor, journalctl -u livecoach-doctor"
	fi
fi
say "$CHANGES changes"
