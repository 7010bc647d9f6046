#!/bin/sh
# Takes away what provision.sh put in place; runs, profile and configuration stay.
#   sudo hw/pi/unprovision.sh        (ROOT=DIR as there)
set -eu

ROOT="${ROOT:-}"
HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

if [ -z "$ROOT" ]; then
	if [ "$(id -u)" != 0 ]; then
		printf 'It changes the system: run it with sudo.\n' >&2
		exit 1
	fi
	systemctl disable --now livecoach.service || true
fi

rm -f "$ROOT/etc/systemd/system/multi-user.target.wants/livecoach.service"
while read -r mode source destination; do
	case "$mode" in
	'#'*) ;;
	*)
		: "$source"
		rm -f "$ROOT$destination"
		;;
	esac
done <"$HERE/install.list"

for boot in /boot/firmware /boot; do
	config="$ROOT$boot/config.txt"
	rm -f "$ROOT$boot/overlays/lc-imu.dtbo"
	if [ -f "$config" ]; then
		kept=$(mktemp)
		grep -vxF -f "$HERE/config.txt.d/livecoach.txt" "$config" |
			grep -vx 'dtoverlay=lc-imu' >"$kept" || true
		cat "$kept" >"$config"
		rm -f "$kept"
	fi
done
if [ -z "$ROOT" ]; then
	systemctl daemon-reload
	rm -rf /opt/livecoach
fi
printf 'Runs and profile are still in /var/lib/livecoach, the configuration in /etc/livecoach.\n'
