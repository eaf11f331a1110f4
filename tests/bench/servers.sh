# servers.sh - start, change and stop name servers that all serve the same world; sourced after lib.sh.
#
# Each server is a file server_NAME.sh with three functions:
#
#     NAME_find        set `program` to what to run and `version`; or print why not, and fail
#     NAME_configure   write in $folder what it needs to serve the world on $address:$port with $threads threads
#                      of answering, and set `command` to what runs it in the foreground
#     NAME_change NAME OLD NEW
#                      prepare that the name's address becomes another, and set `change` to the command that
#                      makes it so: that command is timed, not the preparation
#
# One server runs at a time: $server, in $session, on $address:$port; its log is $folder/log.
# shellcheck shell=bash disable=SC2154,SC2034 # set by lib.sh, read by those who source this

# The Service whose address changes: the first of the world, in the first file.
probe_name=svc-0.ns-0.svc.cluster.local
probe_address=10.96.1.0
probe_moved=10.104.1.0
probe_file=world-00000.yaml

server=
session=
address=127.0.0.1
version=
program=

# shellcheck source=/dev/null
load_servers() {
	local file
	for file in "$bench"/server_*.sh; do
		. "$file"
	done
}
load_servers

# Where Debian keeps servers and their tools, and users do not look.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# on_path PROGRAM: the usual beginning of a NAME_find.
on_path() {
	program=$(command -v "$1") || {
		echo "$1 is not installed"
		return 1
	}
}

# in_brackets ADDRESS: as it stands before a colon and a port.
in_brackets() {
	case $1 in
	*:*) echo "[$1]" ;;
	*) echo "$1" ;;
	esac
}

# start_server NAME [ADDRESS [THREADS]]: until it answers; sets load_ms and load_cpu_ms.
start_server() {
	local attempt
	server=$1 address=${2-127.0.0.1} threads=${3-1} folder=$work/$1
	"$1_find" >/dev/null || fail "$1 is not there any more"
	# Somebody else may take the port between finding it free and binding it.
	for ((attempt = 1; attempt <= 3; attempt++)); do
		launch_server && return
		stop_server
		server=$1
	done
	fail "$server does not start"
}

launch_server() {
	local began reply
	rm -rf "$folder"
	mkdir "$folder"
	port=$(free_port)
	command=()
	"${server}_configure"
	began=${EPOCHREALTIME/[.,]/}
	# A session of its own: its number is that of its first process.
	(on_server setsid "${command[@]}" </dev/null >"$folder/log" 2>&1) &
	session=$!
	sessions+=("$session")
	reply=$(on_generator "$programs/bench_await" -b "$began" -p 1000 -s "$session" -w 0 -t "$timeout_ms" \
		"$address" "$port" "$probe_name" "$probe_address" 2>&1) || return 1
	load_ms=$(word ms "$reply")
	load_cpu_ms=$(word cpu_ms "$reply")
	keep_on_server
}

# keep_on_server: Knot ties its threads to processors by itself, from the first on, whatever it was given.
keep_on_server() {
	local pid
	if $pinned && [ "$threads" -eq 1 ]; then
		for pid in $(processes "$session"); do
			taskset -a -c -p "$server_cpu" "$pid" >/dev/null 2>&1 || ! kill -0 "$pid" 2>/dev/null ||
				fail "cannot keep $server on its processor"
		done
	fi
}

# await_change PAUSE_US NAME OLD NEW: change it and wait for the answer; sets change_ms and change_cpu_ms.
await_change() {
	local reply
	change=()
	"${server}_change" "$2" "$3" "$4"
	reply=$(on_generator "$programs/bench_await" -p "$1" -s "$session" -t 20000 \
		"$address" "$port" "$2" "$4" "${change[@]}" 2>"$folder/change.log") ||
		fail "$server does not answer with the change: $(tail -n 3 "$folder/change.log")"
	change_ms=$(word ms "$reply")
	change_cpu_ms=$(word cpu_ms "$reply")
}

# await_answer NAME ADDRESS: what was changed by other means; sets answer_ms to what it took from now.
await_answer() {
	local reply
	reply=$(on_generator "$programs/bench_await" -p 1000 -t 20000 "$address" "$port" "$1" "$2" \
		2>"$folder/change.log") ||
		fail "$server does not answer with the change: $(tail -n 3 "$folder/change.log")"
	answer_ms=$(word ms "$reply")
}

stop_server() {
	end_session "$session"
	unset 'sessions[-1]'
	server=
}

# edit_zone FILE NAME OLD NEW: another address, and the next serial number, so that the change is seen.
edit_zone() {
	awk -v name="$2." -v old="$3" -v new="$4" '
	/^\$ORIGIN/ { origin = $2 }
	$2 == "A" && $3 == old && $1 "." origin == name { $3 = new }
	$2 == "SOA" { $(NF - 4)++ }
	{ print }' "$1" >"$1.new" && mv "$1.new" "$1"
}

# write_world FORMAT FOLDER [OPTIONS...]: the world of $world_options.
write_world() {
	# shellcheck disable=SC2086 # options are words
	"$programs/bench_world" $world_options "${@:3}" "$1" "$2" || fail "cannot write the world"
}
world_options=${BENCH_WORLD-}

# start_echo MODE: the echo server, which is no name server, in that mode of its own, on $address.
start_echo() {
	local i
	server=echo folder=$work/echo
	mkdir -p "$folder"
	: >"$folder/log"
	(on_server setsid "$programs/bench_echo" --mode "$1" "$(in_brackets "$address"):0" \
		</dev/null >"$folder/log" 2>&1) &
	session=$!
	sessions+=("$session")
	for ((i = 0; i < 500; i++)); do
		port=$(sed -n 's/.*:\([0-9]*\)$/\1/p' "$folder/log")
		[ -z "$port" ] || return 0
		sleep 0.01
	done
	fail "the echo server does not start"
}
