# SPDX-License-Identifier: GPL-2.0-or-later
# Before every job in a guest: how a job tells what it found, and what jobs
# share.
M=/ringdown.ko

ok() { echo "ok $1"; }
bad() { echo "FAIL $1: $2"; }
is() { name=$1; shift; if "$@"; then ok "$name"; else bad "$name" "$*"; fi; }
not() { ! "$@" 2>/dev/null; }

# Until the command succeeds; bounded by wall time, for hangs only.
until_s() {
	limit=$1
	shift
	n=0
	until "$@" 2>/dev/null; do
		n=$((n + 1))
		[ $n -lt $((limit * 5)) ] || return 1
		sleep 0.2
	done
}

# Two cards of two E1s each, joined by two cables: speed in permille. The rule
# of packaging/ gives them to the group of the daemon.
two_by_two() {
	pidof systemd-udevd >/dev/null || systemd-udevd --daemon
	insmod $M cards=e1x2,e1x2 cables=0.0-1.0,0.1-1.1 speed_permille="$1"
	udevadm settle
	chown -R ringdown:ringdown /var/cache/ringdown
}

# A centre lies in a folder of /var/lib/ringdown: ringdown.yaml and all it names
# go there; so does what comes of it.
centre() {
	where=/var/lib/ringdown/$1
	cd $where || return 1
	chown -R ringdown:ringdown .
}

is_up() { test -S control || ! kill -0 $daemon; }

# In the background, as the unprivileged user it is made for, allowed what the
# unit of systemd allows; its pid is in $daemon.
start_daemon() {
	rm -f control
	(
		ulimit -r 50 -l 262144 -n 8192
		exec /usr/bin/setpriv --reuid 990 --regid 990 --clear-groups --no-new-privs \
			ringdownd -c ringdown.yaml </dev/null >>daemon.log 2>&1
	) &
	daemon=$!
	until_s 120 is_up
	test -S control
}

ask() { ringdown -s $where/control "$@"; }

# The far end plays exchange.yaml on the other card; returns its exit code. It
# has one thread, which must not wait for a disk: it works in memory, and what it
# heard goes to the disk afterwards.
play() {
	cat /usr/bin/ringdown-exchange /usr/lib/*/*.so* >/dev/null
	rm -rf /tmp/play out d.pcapng exchange.log
	mkdir -p /tmp/play
	ln -s /tmp/play/exchange.log exchange.log
	ringdown-exchange --card /dev/ringdown/card1 --out /tmp/play/out \
		--cache /var/cache/ringdown --pcap /tmp/play/d.pcapng "$@" \
		exchange.yaml </dev/null >exchange.log 2>&1
	played=$?
	rm exchange.log
	cp -r /tmp/play/. .
	return $played
}

stop_daemon() {
	kill -TERM $daemon
	wait $daemon
}
