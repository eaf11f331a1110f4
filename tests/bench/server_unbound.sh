# server_unbound.sh - Unbound: all records as local data, a change by unbound-control; sourced.
# shellcheck shell=bash disable=SC2154,SC2034

unbound_find() {
	on_path unbound || return
	version=$("$program" -V | awk 'NR == 1 { print $NF }')
}

# Whatever is not of the world is refused: nothing may be asked of servers elsewhere.
unbound_configure() {
	write_world unbound "$folder/world"
	cat >"$folder/unbound.conf" <<-END
	server:
	    interface: $address@$port
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
	    incoming-num-tcp: 1000
	    access-control: 127.0.0.0/8 allow
	    access-control: ::1/128 allow
	    module-config: "iterator"
	    local-zone: "." refuse
	    include: "$folder/world/unbound.conf"
	include: "$folder/control.conf"
	END
	# By itself, because unbound-control reads all of the file that it is given.
	cat >"$folder/control.conf" <<-END
	remote-control:
	    control-enable: yes
	    control-use-cert: no
	    control-interface: $folder/control
	END
	command=("$program" -d -c "$folder/unbound.conf")
}

# Its own path removes all data of the name at once, so this is for names with one address.
unbound_change() {
	cat >"$folder/change" <<-END
	unbound-control -c $folder/control.conf -q local_data_remove $1
	unbound-control -c $folder/control.conf -q local_data $1 5 IN A $3
	END
	change=(sh -e "$folder/change")
}
