# server_gdnsd.sh - gdnsd: the zone from its file, a change by an edit of the file and reload-zones; sourced.
# shellcheck shell=bash disable=SC2154,SC2034

gdnsd_find() {
	on_path gdnsd || return
	version=$("$program" -S 2>&1 | awk 'NR == 1 { print $NF }')
}

gdnsd_configure() {
	mkdir "$folder/run" "$folder/state"
	write_world zone "$folder/zones"
	cat >"$folder/config" <<-END
	options => {
	    listen => "$(in_brackets "$address"):$port"
	    udp_threads => $threads
	    tcp_threads => $threads
	    udp_rcvbuf => 1048576
	    run_dir => "$folder/run"
	    state_dir => "$folder/state"
	}
	END
	command=("$program" -c "$folder" start)
}

gdnsd_change() {
	edit_zone "$folder/zones/cluster.local" "$@"
	change=(gdnsdctl -c "$folder" reload-zones)
}
