# forwarders.sh - name servers that forward all but the cluster's names to one upstream; sourced after servers.sh.
#
# As in servers.sh: NAME_find and NAME_configure, here for a cache in front of 127.0.0.1:$upstream_port.  Each holds
# more names than are asked, has one thread, and logs nothing; all else is as the program has it by itself.  Who serves
# DNS over TLS does so on $tls_port, with the files of make_certificate; the others have it empty.
# shellcheck shell=bash disable=SC2154,SC2034

forward_rollcall_find() {
	rollcall_find
}

forward_rollcall_configure() {
	tls_port=$(free_port)
	write_world rollcall "$folder/zones"
	cat >"$folder/rollcall.yaml" <<-END
	user: ""
	forward: [{zone: ".", upstreams: ["127.0.0.1:$upstream_port"]}]
	listenTLS: {listen: ["$address:$tls_port"], certificate: $work/tls.crt, key: $work/tls.key}
	probes: {exec: {enabled: false}}
	END
	command=("$program" --config "$folder/rollcall.yaml" --zones "$folder/zones" --state-dir "$folder/state"
		--listen "$address:$port" --http "" --threads "$threads")
}

forward_unbound_find() {
	unbound_find
}

# Its validator would ask for keys that nobody has; what is asked is all there is, so nothing is asked in parts.
forward_unbound_configure() {
	tls_port=$(free_port)
	cat >"$folder/unbound.conf" <<-END
	server:
	    interface: $address@$port
	    interface: $address@$tls_port
	    tls-port: $tls_port
	    tls-service-pem: $work/tls.crt
	    tls-service-key: $work/tls.key
	    num-threads: $threads
	    so-reuseport: yes
	    so-rcvbuf: 4m
	    do-daemonize: no
	    username: ""
	    chroot: ""
	    directory: "$folder"
	    pidfile: ""
	    use-syslog: no
	    verbosity: 0
	    access-control: 127.0.0.0/8 allow
	    module-config: "iterator"
	    do-not-query-localhost: no
	    qname-minimisation: no
	    minimal-responses: yes
	    msg-cache-size: 256m
	    rrset-cache-size: 512m
	remote-control:
	    control-enable: no
	forward-zone:
	    name: "."
	    forward-addr: 127.0.0.1@$upstream_port
	END
	command=("$program" -d -c "$folder/unbound.conf")
}

forward_dnsmasq_find() {
	dnsmasq_find
}

# By itself it has 150 questions under way at most, and a cache as small; names beyond 10,000 make it slow.
forward_dnsmasq_configure() {
	tls_port=
	cat >"$folder/dnsmasq.conf" <<-END
	port=$port
	listen-address=$address
	bind-interfaces
	no-poll
	no-resolv
	no-hosts
	pid-file
	user=
	group=
	log-facility=-
	cache-size=10000
	dns-forward-max=4096
	server=127.0.0.1#$upstream_port
	END
	command=("$program" --keep-in-foreground --conf-file="$folder/dnsmasq.conf")
}

# make_certificate: for DNS over TLS, of no authority; of the kind that costs servers least.
make_certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=bench.example \
		-keyout "$work/tls.key" -out "$work/tls.crt" >"$work/openssl" 2>&1 || fail "openssl: $(cat "$work/openssl")"
	# Servers that give up being root read them afterwards.
	chmod 755 "$work" && chmod 644 "$work/tls.key" "$work/tls.crt"
}

# on_upstream COMMAND...: on the processor of the generator, in place of this shell.
if $pinned; then
	on_upstream() { exec taskset -c "$generator_cpu" "$@"; }
else
	on_upstream() { exec "$@"; }
fi

# start_upstream: our own, beside the generator; sets upstream_pid and upstream_port.
start_upstream() {
	local i
	: >"$work/upstream"
	(on_upstream setsid "$programs/bench_upstream" 127.0.0.1:0 </dev/null >"$work/upstream" 2>&1) &
	upstream_pid=$!
	sessions+=("$upstream_pid")
	for ((i = 0; i < 500; i++)); do
		upstream_port=$(sed -n '1s/.*:\([0-9]*\)$/\1/p' "$work/upstream")
		[ -z "$upstream_port" ] || return 0
		sleep 0.01
	done
	fail "the upstream does not start"
}

# upstream_asked: how many questions it was asked since the last time; sets `asked`.
upstream_asked() {
	local i before
	before=$(wc -l <"$work/upstream")
	kill -USR1 "$upstream_pid"
	for ((i = 0; i < 200; i++)); do
		[ "$(wc -l <"$work/upstream")" -eq "$before" ] || break
		sleep 0.01
	done
	asked=$(tail -n 1 "$work/upstream")
}
