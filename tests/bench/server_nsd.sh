# server_nsd.sh - NSD: the zone from its file, a change by an edit of the file and nsd-control reload; sourced.
# shellcheck shell=bash disable=SC2154,SC2034

nsd_find() {
	on_path nsd || return
	version=$("$program" -v 2>&1 | awk 'NR == 1 { print $NF }')
}

nsd_configure() {
	write_world zone "$folder/zones"
	cat >"$folder/nsd.conf" <<-END
	server:
	    ip-address: $address@$port
	    server-count: $threads
	    reuseport: yes
	    username: ""
	    chroot: ""
	    zonesdir: "$folder/zones"
	    database: ""
	    zonelistfile: "$folder/zone.list"
	    xfrdfile: "$folder/xfrd.state"
	    xfrdir: "$folder"
	    pidfile: "$folder/pid"
	    rrl-ratelimit: 0
	    minimal-responses: yes
	    tcp-count: 1000
	    verbosity: 0
	remote-control:
	    control-enable: yes
	    control-interface: $folder/control
	zone:
	    name: cluster.local
	    zonefile: cluster.local
	zone:
	    name: 10.in-addr.arpa
	    zonefile: 10.in-addr.arpa
	END
	command=("$program" -d -c "$folder/nsd.conf")
}

nsd_change() {
	edit_zone "$folder/zones/cluster.local" "$@"
	change=(nsd-control -c "$folder/nsd.conf" reload cluster.local)
}
