# server_coredns.sh - CoreDNS with its file plugin, which looks for a new serial each second; sourced.
#
# Where the programme is on the path.  Its kubernetes plugin needs an API server and is not measured here.
# shellcheck shell=bash disable=SC2154,SC2034

coredns_find() {
	on_path coredns || return
	version=$("$program" -version | awk 'NR == 1 { sub(/^CoreDNS-/, ""); print }')
}

coredns_configure() {
	write_world zone "$folder/zones"
	cat >"$folder/Corefile" <<-END
	cluster.local:$port {
	    bind $address
	    file $folder/zones/cluster.local {
	        reload 1s
	    }
	}
	10.in-addr.arpa:$port {
	    bind $address
	    file $folder/zones/10.in-addr.arpa
	}
	END
	command=(env "GOMAXPROCS=$threads" "$program" -conf "$folder/Corefile")
}

coredns_change() {
	cp "$folder/zones/cluster.local" "$folder/zone.next" && edit_zone "$folder/zone.next" "$@"
	change=(mv "$folder/zone.next" "$folder/zones/cluster.local")
}
