# server_knot.sh - Knot DNS: the zone from its file, a change by a transaction over the control socket; sourced.
# shellcheck shell=bash disable=SC2154,SC2034

knot_find() {
	on_path knotd || return
	version=$("$program" -V | awk '{ print $NF }')
}

# The journal is off: nothing of a change is written to the disk.
knot_configure() {
	write_world zone "$folder/zones"
	cat >"$folder/knot.conf" <<-END
	server:
	    listen: $address@$port
	    rundir: $folder
	    udp-workers: $threads
	    tcp-workers: $threads
	    background-workers: 1
	    tcp-max-clients: 1000
	control:
	    listen: $folder/control
	log:
	  - target: stderr
	    any: warning
	database:
	    storage: $folder
	template:
	  - id: default
	    storage: $folder/zones
	    file: "%s"
	    journal-content: none
	    zonefile-sync: -1
	    semantic-checks: off
	zone:
	  - domain: cluster.local
	  - domain: 10.in-addr.arpa
	END
	command=("$program" -c "$folder/knot.conf")
}

# One process and four commands: knotc without one reads them from its input.
knot_change() {
	cat >"$folder/change" <<-END
	zone-begin cluster.local
	zone-unset cluster.local $1. A $2
	zone-set cluster.local $1. 5 A $3
	zone-commit cluster.local
	END
	change=(sh -c "knotc -s '$folder/control' <'$folder/change' >/dev/null")
}
