# measure.sh - one measurement each: load, memory, full load, a steady rate, changes; sourced after servers.sh.
#
# Results are lines "ROW METRIC VALUE" in $results, one value a round, for table.awk.
# shellcheck shell=bash disable=SC2154,SC2034
seconds=${BENCH_SECONDS-2}
rate=${BENCH_RATE-20000}
changes=${BENCH_CHANGES-5}
results=$work/results
queries=$work/queries/queries
: >"$results"

load_columns='load_ms=load ms=%.0f;load_cpu_ms=load CPU ms=%.0f;pss_mb=PSS MB=%.1f'
full_columns='kqps=answered kq/s=%.0f;cpu_us=CPU us/query=%.2f;ratio=ratio to echo=+%.2f'
rate_columns="p50_us=p50 us @$rate=%.0f;p99_us=p99 us @$rate=%.0f;rate_cpu_us=CPU us/query @$rate=%.1f"
change_columns='change_ms=change visible ms=%.1f;change_cpu_ms=CPU ms/change=%.2f'

# What a server costs beside rollcalld in the same round, each in units of its own limit.
relative_columns='relative=times rollcall=+%.2f'

# add_relative FILE: the rows "X: NAME" are compared with "X: rollcall".
add_relative() {
	awk '
	$2 == "cpu_us" { cpu[$1, ++rounds[$1]] = $3; limit[$1, rounds[$1]] = 1 }
	$2 == "limit_us" && $3 > 0 { limit[$1, rounds[$1]] = $3 }
	END {
		for (row in rounds) {
			base = row
			if (!sub(/:_[^:]*$/, ":_rollcall", base))
				base = "rollcall"
			for (i = 1; i <= rounds[row] && i <= rounds[base]; i++)
				if (cpu[base, i] > 0)
					print row, "relative", \
					    cpu[row, i] / limit[row, i] / (cpu[base, i] / limit[base, i])
		}
	}' "$1" >"$1.relative"
	cat "$1.relative" >>"$1"
}

# record ROW METRIC VALUE: "-" is no value.
record() {
	[ "$3" = - ] || printf '%s %s %s\n' "${1// /_}" "$2" "$3" >>"$results"
}

# make_queries: the load on the world of $world_options.
make_queries() {
	write_world queries "${queries%/*}"
}

# flood OPTIONS...: load on the server that runs, all answers checked; sets `found` to the figures.
flood() {
	found=$(on_generator "$programs/bench_flood" --pid "$session" "$@" \
		"$(in_brackets "$address"):$port" "${flood_queries-$queries}" 2>"$work/flood.log") ||
		fail "$server answered wrongly: $found $(head -n 5 "$work/flood.log")"
}

# limit SECONDS SHAPE...: CPU us a query of the echo server under this load; the limit of the socket API.
limit() {
	local server session port folder
	start_echo plain
	flood --ids --seconds "$1" "${@:2}"
	limit_us=$(word cpu_us "$found")
	stop_server
}

measure_load() {
	record "$1" load_ms "$load_ms"
	record "$1" load_cpu_ms "$load_cpu_ms"
	record "$1" pss_mb "$(pss_mb "$session")"
}

# measure_full ROW SHAPE...: as much load as is answered, right after the limit under the same load.
measure_full() {
	local row=$1 cpu_us
	shift
	limit "$seconds" "$@"
	measure_answered "$row" "$@"
	cpu_us=$(word cpu_us "$found")
	record "$row" limit_us "$limit_us"
	record "$row" ratio "$(awk -v limit="$limit_us" -v cpu="$cpu_us" 'BEGIN { print (cpu > 0 ? limit / cpu : "-") }')"
}

# measure_answered ROW SHAPE...: as much load as is answered, where there is no limit to compare with.
measure_answered() {
	flood --seconds "$seconds" "${@:2}"
	record "$1" kqps "$(awk -v qps="$(word qps "$found")" 'BEGIN { print qps / 1000 }')"
	record "$1" cpu_us "$(word cpu_us "$found")"
	record "$1" full_lost "$(word lost "$found")"
}

# flood_pair: the same from two generators at once, each on a processor of its own, since where the kernel chooses a
# thread by processor all queries of one come to the same thread; sets pair_kqps and pair_cpu_us.
flood_pair() {
	local cpu pids=() pid
	for cpu in $pair_cpus; do
		taskset -c "$cpu" "$programs/bench_flood" --pid "$session" --seconds "$seconds" \
			"$(in_brackets "$address"):$port" "$queries" >"$work/pair.$cpu" 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || fail "$server answered wrongly: $(head -n 5 "$work"/pair.*)"
	done
	# Each has seen the CPU time of the whole and the answers to itself.
	found=$(cat "$work"/pair.* | tr ' ' '\n' | awk -F = '
		$1 == "answered" { answered += $2; last = $2 }
		$1 == "qps" { qps += $2 }
		$1 == "cpu_us" { cpu += $2 * last }
		END { printf "kqps=%f cpu_us=%f\n", qps / 1000, cpu / 2 / answered }')
	pair_kqps=$(word kqps "$found")
	pair_cpu_us=$(word cpu_us "$found")
}

# measure_rate ROW SHAPE...: at a rate that leaves the server idle most of the time.
measure_rate() {
	local row=$1
	shift
	flood --seconds "$seconds" --rate "$rate" "$@"
	record "$row" rate_lost "$(word lost "$found")"
	record "$row" p50_us "$(word p50_us "$found")"
	record "$row" p99_us "$(word p99_us "$found")"
	record "$row" rate_cpu_us "$(word cpu_us "$found")"
}

# measure_changes ROW: the time with tight queries, the CPU time with few, whose own cost would count too.
measure_changes() {
	local i from=$probe_address to=$probe_moved swap
	for ((i = 0; i < changes; i++)); do
		await_change 50 "$probe_name" "$from" "$to"
		record "$1" change_ms "$change_ms"
		await_change 5000 "$probe_name" "$to" "$from"
		record "$1" change_cpu_ms "$change_cpu_ms"
	done
}
