# shapes.sh - loads of other shapes: many clients, bursts, EDNS, 0x20, IPv6, two threads, TCP; sourced by run.
#
# One row for each shape and server, with the echo server's ratio under the same load.
# shellcheck shell=bash disable=SC2154,SC2034
shapes=${BENCH_SHAPES-many bursty edns 0x20 ipv6 threads tcp}
shaped=${BENCH_SHAPED-rollcall gdnsd knot}
shape_results=$work/shapes
: >"$shape_results"

# shape NAME: what it is called, from where, and its load.
shape() {
	shape_address=127.0.0.1 shape_load=()
	case $1 in
	many)
		shape_title="128 clients with one query each"
		shape_load=(--sockets 128 --outstanding 1)
		;;
	bursty)
		shape_title="4 clients with 32 queries each"
		shape_load=(--sockets 4 --outstanding 32)
		;;
	edns)
		shape_title="EDNS in each query"
		shape_load=(--edns)
		;;
	0x20)
		shape_title="letters of random case (0x20)"
		shape_load=(--0x20)
		;;
	ipv6)
		shape_title="IPv6"
		shape_address=::1
		;;
	tcp)
		shape_title="16 TCP connections, pipelined"
		shape_load=(--tcp 16)
		;;
	threads) ;;
	*) fail "no such shape: $1" ;;
	esac
}

# measure_shape SERVER: once under the load that `shape` has set.
measure_shape() {
	start_server "$1" "$shape_address"
	case $shape_title in
	*TCP*) measure_answered "$shape_title: $1" "${shape_load[@]}" ;;
	*) measure_full "$shape_title: $1" ${shape_load[@]+"${shape_load[@]}"} ;;
	esac
	stop_server
}

# measure_threads SERVER: two threads beside one, with two generators, because where sockets are chosen by processor
# one generator's queries all come to the same thread.
measure_threads() {
	local count row server_cpu=$thread_cpus
	for count in 1 2; do
		row="two generators, $count thread$([ "$count" = 1 ] || echo s): $1"
		start_server "$1" 127.0.0.1 "$count"
		flood_pair
		record "$row" kqps "$pair_kqps"
		record "$row" cpu_us "$pair_cpu_us"
		stop_server
	done
}

shapes_in_turn() {
	local name one results=$shape_results
	for name in $shapes; do
		shape "$name"
		say "round $round of $rounds: shape $name"
		for one in $shaped; do
			has_server "$one" || continue
			if [ "$name" = threads ]; then
				! $pinned || measure_threads "$one"
			else
				measure_shape "$one"
			fi
		done
	done
}

report_shapes() {
	[ -s "$shape_results" ] || return 0
	printf '\n## Other loads\n\n'
	add_relative "$shape_results"
	awk -v title="load: server" -v columns="$full_columns;$relative_columns" -f "$bench/table.awk" "$shape_results"
}
