# lib.sh - what the benchmarks share: a folder, processors, processes, ports, and how to end it all; sourced.
#
# Shell: bash.  Run from a build folder, or with BUILD=FOLDER.  Everything lies in a folder of its own and
# each server in a session of its own, so that all of both is found again and removed at the end.
# shellcheck shell=bash disable=SC2034 # what is set here is read by those who source it
set -u

bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${BUILD-$PWD}
programs=$build/tests/bench
rollcalld=${ROLLCALLD-$build/src/rollcalld}
server_cpu=${SERVER_CPU-0}
generator_cpu=${GENERATOR_CPU-1}
work=$(mktemp -d "${TMPDIR:-/tmp}/rollcall-servers-XXXXXX") || exit 69
sessions=()
timeout_ms=${TIMEOUT_MS-120000}

cleanup() {
	local session
	for session in ${sessions[@]+"${sessions[@]}"}; do
		end_session "$session"
	done
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# say WORDS...: what goes on, for who waits; the tables alone go to standard output.
say() {
	printf -- '-- %s (%d s)\n' "$*" "$SECONDS" >&2
}

# fail WORDS...: a wrong answer or a server that does not start ends the run; slowness never does.
fail() {
	printf 'FAIL: %s\n' "$*" >&2
	[ -z "${folder-}" ] || tail -n 20 "$folder/log" >&2 2>/dev/null
	exit 1
}

# on_server COMMAND..., on_generator COMMAND...: on the processor of the one or the other.  With one processor,
# or where it cannot be chosen, everything runs anywhere and the figures say less.
if command -v taskset >/dev/null && taskset -c "$server_cpu,$generator_cpu" true 2>/dev/null &&
	[ "$server_cpu" != "$generator_cpu" ] && [ "$(nproc)" -gt 1 ]; then
	pinned=true
	on_server() { exec taskset -c "$server_cpu" "$@"; }
	on_generator() { taskset -c "$generator_cpu" "$@"; }
else
	pinned=false
	on_server() { exec "$@"; }
	on_generator() { "$@"; }
fi

# Two threads want two processors and, on each side of the even and the odd ones, a generator.
if [ "$(nproc)" -ge 4 ]; then
	thread_cpus=0,1 pair_cpus="2 3"
else
	thread_cpus=$server_cpu,$generator_cpu pair_cpus="$server_cpu $generator_cpu"
fi

# processes SESSION: those of it that run; who is dead and only waits to be collected does not count.  Read by cat,
# because awk would end at the first process that is gone by now.
processes() {
	cat /proc/[0-9]*/stat 2>/dev/null | awk -v session="$1" '{
		pid = $1
		sub(/^.*\) /, "")
		if ($4 == session && $1 != "Z")
			print pid
	}'
}

signal_session() {
	local pid
	for pid in $(processes "$2"); do
		kill "-$1" "$pid" 2>/dev/null
	done
}

# end_session SESSION: politely, after 3 s by force.  Its first process is our child.
end_session() {
	local i
	signal_session TERM "$1"
	for ((i = 0; i < 150; i++)); do
		[ -n "$(processes "$1")" ] || break
		sleep 0.02
	done
	signal_session KILL "$1"
	kill -KILL "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

# free_port: one that nobody has, in either family and protocol, below those that the kernel hands out.
free_port() {
	local port
	while :; do
		port=$((10000 + (RANDOM * 32768 + RANDOM) % 20000))
		if ! grep -qi ":$(printf %04X "$port") " /proc/net/udp /proc/net/udp6 /proc/net/tcp /proc/net/tcp6 2>/dev/null; then
			echo "$port"
			return
		fi
	done
}

# word KEY LINE: the value of KEY=VALUE in the line.
word() {
	local key=$1 pair
	for pair in $2; do
		case $pair in
		"$key="*)
			printf '%s\n' "${pair#*=}"
			return
			;;
		esac
	done
}

# pss_mb SESSION: memory that would be free without it; what processes share is counted once.  Of a process that
# lets only root look, as rollcalld does, all that is resident.
pss_mb() {
	local pid
	for pid in $(processes "$1"); do
		cat "/proc/$pid/smaps_rollup" 2>/dev/null || grep '^VmRSS:' "/proc/$pid/status"
	done | awk '/^Pss:/ || /^VmRSS:/ { kib += $2 } END { printf "%.2f\n", kib / 1024 }'
}

# cpu_ns SESSION: what all its threads have used.
cpu_ns() {
	local pid
	for pid in $(processes "$1"); do
		cat "/proc/$pid/task/"*/schedstat 2>/dev/null
	done | awk '{ ns += $1 } END { printf "%.0f\n", ns }'
}

# machine: what the figures were taken on, as lines of a Markdown list.
machine() {
	awk -F ': *' '/^model name/ { name = $2; n++ } END { printf "- processor: %d x %s\n", n, name }' /proc/cpuinfo
	awk '/^MemTotal/ { printf "- memory: %.1f GiB\n", $2 / 1048576 }' /proc/meminfo
	printf -- '- kernel: %s\n' "$(uname -srm)"
	if $pinned; then
		printf -- '- server on processor %s, generator on %s\n' "$server_cpu" "$generator_cpu"
	else
		printf -- '- server and generator could not be pinned: distrust all of it\n'
	fi
	printf -- '- load average at the start: %s\n' "$load_at_start"
}
load_at_start=$(cut -d ' ' -f 1-3 /proc/loadavg)
