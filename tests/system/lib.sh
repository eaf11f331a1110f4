# lib.sh - start, ask and stop the real daemon; sourced by the system tests.  Shell: bash.
#
# Everything lies in a folder of its own, all ports are the kernel's choice, every wait is bounded, and
# whatever was started is ended when the test ends.
set -u

daemon_program=${ROLLCALLD-$PWD/src/rollcalld}
work=$(mktemp -d "${TMPDIR:-/tmp}/rollcall-system-XXXXXX") || exit 99
zones=$work/zones
state=$work/state
log=$work/log
socket=$work/run/api.sock
daemon=                                 # pid; empty: none
port=
http=
children=()
mkdir "$zones"

cleanup() {
	local child
	for child in ${daemon:+"$daemon"} ${children[@]+"${children[@]}"}; do
		kill -CONT "$child" 2>/dev/null
		kill -KILL "$child" 2>/dev/null
		wait "$child" 2>/dev/null
	done
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 99' INT TERM HUP

# fail WORDS...: the end of the test, with the daemon's last words.
fail() {
	echo "FAIL: $*"
	echo "-- the end of the daemon's log:"
	tail -n 25 "$log" 2>/dev/null
	exit 1
}

need() {
	local tool
	for tool; do
		command -v "$tool" >/dev/null || {
			echo "SKIP: no $tool"
			exit 77
		}
	done
}
need dig

# write_config LINES...: settings that every test wants, and more.  Nothing is asked elsewhere, unless a
# line begins with "forward:" and names upstreams of the test's own; never this machine's resolver.
write_config() {
	{
		echo 'user: ""'
		# Never the default socket, which may be somebody's.
		printf '%s\n' "$@" | grep -q '^http:' || echo "http: {socket: $socket}"
		printf '%s\n' "$@" | grep -q '^forward:' || echo 'forward: []'
		printf '%s\n' "$@" | grep -q '^localZones:' || echo 'localZones: false'
		echo "probes: {exec: {enabled: false}}"
		printf '%s\n' "$@"
	} >"$work/rollcall.yaml.new"
	mv "$work/rollcall.yaml.new" "$work/rollcall.yaml"
}
write_config

# launch FLAGS...: start the daemon without waiting for it.
launch() {
	: >"$log"
	# Beside a daemon that runs already it has a socket of its own.
	if grep -q " $socket\$" /proc/net/unix; then
		socket=${socket%.sock}x.sock
		sed -i "s|^http: {socket: [^,}]*|http: {socket: $socket|" "$work/rollcall.yaml"
	fi
	"$daemon_program" --config "$work/rollcall.yaml" --zones "$zones" --state-dir "$state" \
		--listen 127.0.0.1:0 --http 127.0.0.1:0 --threads 1 "$@" 2>>"$log" &
	daemon=$!
}

# await PATTERN [TENTHS]: until the log has it; 10 s unless told otherwise.
await() {
	local i
	for ((i = 0; i < ${2-100} * 5; i++)); do
		grep -Eq -- "$1" "$log" && return 0
		[ -z "$daemon" ] || kill -0 "$daemon" 2>/dev/null || return 1
		sleep 0.02
	done
	return 1
}

# start FLAGS...: start the daemon and wait until it answers.
start() {
	launch "$@"
	await ' ready: ' || fail "the daemon does not get ready"
	find_ports
}

find_ports() {
	port=$(sed -n 's/.* listening on 127\.0\.0\.1:\([0-9]*\)$/\1/p' "$log" | tail -n 1)
	http=$(sed -n 's/.* http on 127\.0\.0\.1:\([0-9]*\)$/\1/p' "$log" | tail -n 1)
}

# gone PID TENTHS: wait for its end; false when it is still there.
gone() {
	local i
	for ((i = 0; i < $2 * 5; i++)); do
		kill -0 "$1" 2>/dev/null || return 0
		sleep 0.02
	done
	return 1
}

# stop: by TERM, as a service manager would; exit code 0 within 2 s and a little.
stop() {
	local status
	kill -TERM "$daemon"
	gone "$daemon" 40 || fail "the daemon does not stop"
	wait "$daemon"
	status=$?
	daemon=
	[ "$status" -eq 0 ] || fail "the daemon ended with $status"
}

crash() {
	kill -KILL "$daemon"
	wait "$daemon" 2>/dev/null
	daemon=
}

# ask NAME [TYPE [OPTIONS...]]: the answers in short form, sorted, on one line; nothing: no answer.
ask() {
	dig +short +tries=1 +timeout=2 -p "$port" @127.0.0.1 "$1" "${2-A}" "${@:3}" | sort | tr '\n' ' ' |
		sed 's/ $//'
}

# status NAME [TYPE]: NOERROR, NXDOMAIN ...
status() {
	dig +tries=1 +timeout=2 -p "$port" @127.0.0.1 "$1" "${2-A}" | sed -n 's/.*status: \([A-Z]*\),.*/\1/p'
}

# same WHAT FOUND EXPECTED
same() {
	[ "$2" = "$3" ] || fail "$1: \"$2\", not \"$3\""
}

# eventually EXPECTED COMMAND...: until the command prints this; 10 s.
eventually() {
	local i found=
	for ((i = 0; i < 200; i++)); do
		found=$("${@:2}")
		[ "$found" = "$1" ] && return 0
		sleep 0.05
	done
	fail "${*:2}: \"$found\", not \"$1\" after 10 s"
}

# get PATH: the status code of the daemon's HTTP side.
get() {
	(
		exec 3<>"/dev/tcp/127.0.0.1/$http" || exit 0
		printf 'GET %s HTTP/1.0\r\n\r\n' "$1" >&3
		head -n 1 <&3 | cut -d ' ' -f 2
	) 2>/dev/null
}

# api METHOD PATH [CURL ARGUMENTS...]: the daemon's API over its Unix socket; needs curl.
api() {
	curl -sS --max-time 20 --unix-socket "$socket" -X "$1" "${@:3}" "http://localhost$2"
}

# put FILE: a manifest from stdin, in place at once, as careful editors do.
put() {
	cat >"$zones/.$1.new" && mv "$zones/.$1.new" "$zones/$1"
}

# service NAME [SPEC]: a document; the spec's further fields begin with a comma.
service() {
	cat <<-END
	---
	apiVersion: v1
	kind: Service
	metadata: {name: $1, namespace: shop}
	spec: {selector: {app: web}, ports: [{name: http, port: 80}]${2-}}
	END
}

# pod NAME ADDRESS [CONTAINER]: a Pod that is ready unless its container's further fields say otherwise.
pod() {
	cat <<-END
	---
	apiVersion: v1
	kind: Pod
	metadata: {name: $1, namespace: shop, labels: {app: web}}
	spec: {containers: [{name: web, image: x, ports: [{containerPort: 8080}]${3-}}]}
	status: {phase: Running, podIP: $2}
	END
}

# targets FLAGS...: run contrib/target.  A file NAME in $broken breaks that target; port_of NAME is its port.
broken=$work/broken
mkdir "$broken"
targets() {
	: >"$work/targets"
	"${TARGET-$PWD/contrib/target}" --break "$broken" "$@" >"$work/targets" &
	children+=($!)
	eventually ready tail -n 1 "$work/targets"
}

port_of() {
	sed -n "s/^$1 .*:\([0-9]*\)$/\1/p" "$work/targets"
}

# metric NAME: its value now.
metric() {
	exec 3<>"/dev/tcp/127.0.0.1/$http" || return
	printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3
	sed -n "s/^rollcall_$1 \([0-9.e+-]*\).*/\1/p" <&3
	exec 3>&-
}

# metric_grows NAME COUNT: until it is more by this; 20 s.
metric_grows() {
	local i goal
	goal=$(($(metric "$1") + $2))
	for ((i = 0; i < 400; i++)); do
		[ "$(metric "$1")" -ge "$goal" ] && return
		sleep 0.05
	done
	fail "$1 stays below $goal"
}

# memory_is_ours: a sanitizer's is not; it reserves terabytes of addresses.
memory_is_ours() {
	[ "$(awk '/^VmSize:/ { print $2 }' "/proc/$daemon/status")" -le 1000000000 ]
}

# resident: KiB of the daemon's memory.
resident() {
	awk '/^VmRSS:/ { print $2 }' "/proc/$daemon/status"
}
