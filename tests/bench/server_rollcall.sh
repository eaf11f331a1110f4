# server_rollcall.sh - rollcalld: manifests in a folder, a change by an edit of one file in place; sourced.
# shellcheck shell=bash disable=SC2154,SC2034

rollcall_find() {
	program=$rollcalld
	[ -x "$program" ] || {
		echo "$program is not built"
		return 1
	}
	version=$("$program" --version | awk '{ print $NF }')
}

rollcall_configure() {
	write_world rollcall "$folder/zones"
	cat >"$folder/rollcall.yaml" <<-END
	user: ""
	forward: []
	probes: {exec: {enabled: false}}
	http: {socket: ""}
	END
	command=("$program" --config "$folder/rollcall.yaml" --zones "$folder/zones" --state-dir "$folder/state"
		--listen "$(in_brackets "$address"):$port" --http "" --threads "$threads")
}

# The file that holds the address is made anew beside it and moved over it, as careful editors do.
rollcall_change() {
	sed "s/\\<${2//./\\.}\\>/$3/" "$folder/zones/$probe_file" >"$folder/zones/.edited"
	change=(mv "$folder/zones/.edited" "$folder/zones/$probe_file")
}
