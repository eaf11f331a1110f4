# server_dnsmasq.sh - dnsmasq: addresses from a hosts file, a change by an edit of it and SIGHUP; sourced.
# shellcheck shell=bash disable=SC2154,SC2034

dnsmasq_find() {
	on_path dnsmasq || return
	version=$("$program" --version | awk 'NR == 1 { print $3 }')
}

dnsmasq_configure() {
	write_world dnsmasq "$folder/world"
	cat >"$folder/dnsmasq.conf" <<-END
	port=$port
	listen-address=$address
	bind-interfaces
	no-poll
	pid-file
	user=
	group=
	log-facility=-
	conf-file=$folder/world/dnsmasq.conf
	END
	command=("$program" --keep-in-foreground --conf-file="$folder/dnsmasq.conf")
}

dnsmasq_change() {
	awk -v name="$1" -v old="$2" -v new="$3" '$2 == name && $1 == old { $1 = new } { print }' \
		"$folder/world/hosts" >"$folder/hosts.new" && mv "$folder/hosts.new" "$folder/world/hosts"
	change=(kill -HUP "$session")
}
