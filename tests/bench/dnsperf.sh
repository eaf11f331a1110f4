# dnsperf.sh - loads by dnsperf on the server that runs, and what they cost it; sourced after servers.sh.
#
# Results are lines "ROW METRIC VALUE" in $results, one value a round, for table.awk.
# shellcheck shell=bash disable=SC2154,SC2034

perf_columns="kqps=answered kq/s=%.1f;cpu_us=CPU us/query=+%.2f;relative=times rollcall=+%.2f"
perf_columns+=";of_cluster=rate by CPU, of cluster names=+%.2f;asked=upstream questions=%.2f"
perf_columns+=";rate=steady q/s=%.0f;p50_us=p50 us=%.0f;p99_us=p99 us=%.0f;rate_cpu_us=CPU us/query=+%.2f"

# perf FILE OPTIONS...: one run; sets completed, ran_s and run_cpu_ns; every answer is NOERROR and none is lost.
perf() {
	local before after lost good attempt
	# Over TLS this dnsperf (2.10) now and then stumbles over its own connections and gives up.
	for attempt in 1 2 3; do
		before=$(cpu_ns "$session")
		on_generator dnsperf -s "$address" -p "$port" -q "$outstanding" -c "${clients-10}" -T 1 \
			${perf_mode-} -d "$1" "${@:2}" >"$work/dnsperf" 2>&1 && break
		[ "$attempt" -lt 3 ] && [ -n "${perf_mode-}" ] || fail "dnsperf: $(tail -n 3 "$work/dnsperf")"
	done
	after=$(cpu_ns "$session")
	run_cpu_ns=$((after - before))
	completed=$(perf_word 'Queries completed' 1)
	lost=$(perf_word 'Queries lost' 1)
	good=$(sed -n 's/.*Response codes: *NOERROR \([0-9]*\) .*/\1/p' "$work/dnsperf")
	ran_s=$(perf_word 'Run time (s)' 1)
	[ "$good" = "$completed" ] || fail "$server: $(grep 'Response codes' "$work/dnsperf")"
	# One in ten thousand may be dropped where a queue was full; more is no measurement.
	[ $((lost * 10000)) -le "$completed" ] || fail "$server lost $lost of $completed queries"
}

# perf_word LABEL N: the N-th word behind "LABEL:".
perf_word() {
	awk -v label="$1:" -v n="$2" 'index($0, label) {
		sub(/.*: */, "")
		print $n
		exit
	}' "$work/dnsperf"
}

# perf_once FILE: each question once, slowly, so that the answers are cached.
perf_once() {
	perf "$1" -n 1 -Q 20000
}

perf_full() {
	perf "$1" -l "$seconds"
}

# perf_rate FILE RATE: with each answer's time; sets p50_us and p99_us.
perf_rate() {
	steady_rate=$2
	perf "$1" -l "$seconds" -Q "$2" -v
	read -r p50_us p99_us <<-END
	$(awk '$1 == ">" && $2 == "NOERROR" { print $NF * 1e6 }' "$work/dnsperf" | sort -n |
		awk '{ us[NR] = $1 } END { print us[int(NR * 0.5) + 1], us[int(NR * 0.99) + 1] }')
	END
}

record() {
	printf '%s %s %s\n' "${1// /_}" "$2" "$3" >>"$results"
}

# record_full ROW ASKED: the last run, and how many questions came to the upstream meanwhile.
record_full() {
	local cpu_us
	cpu_us=$(awk -v ns="$run_cpu_ns" -v n="$completed" 'BEGIN { printf "%.4f", ns / n / 1000 }')
	record "$1" kqps "$(awk -v s="$ran_s" -v n="$completed" 'BEGIN { printf "%.3f", n / s / 1000 }')"
	record "$1" cpu_us "$cpu_us"
	record "$1" asked "$(awk -v asked="$2" -v n="$completed" 'BEGIN { printf "%.4f", asked / n }')"
}

record_rate() {
	record "$1" rate "$steady_rate"
	record "$1" p50_us "$p50_us"
	record "$1" p99_us "$p99_us"
	record "$1" rate_cpu_us "$(awk -v ns="$run_cpu_ns" -v n="$completed" 'BEGIN { printf "%.4f", ns / n / 1000 }')"
}

# add_ratios: rows "X: NAME" beside "X: rollcall" of the same round, and rollcall's beside its cluster names.
add_ratios() {
	awk '
	$2 == "cpu_us" { cpu[$1, ++rounds[$1]] = $3 }
	END {
		for (row in rounds) {
			base = row
			sub(/:_[^:]*$/, ":_rollcall", base)
			for (i = 1; i <= rounds[row]; i++) {
				if (cpu[base, i] > 0)
					print row, "relative", cpu[row, i] / cpu[base, i]
				if (cpu["cluster_names:_rollcall", i] > 0)
					print row, "of_cluster", cpu["cluster_names:_rollcall", i] / cpu[row, i]
			}
		}
	}' "$results" >"$results.ratios"
	cat "$results.ratios" >>"$results"
}
