# kubectl_help.sh - which kubectls there are, and how to ask them; sourced after lib.sh.  Shell: bash.
#
# kubectls is the list of those that are there, oldest first, each version once:
#     $ROLLCALL_KUBECTLS              paths, separated by spaces, for tests by hand
#     build/kubectl/usr/bin/kubectl   Debian's, put there by contrib/fetch-kubectl
#     the Google Cloud SDK's kubectl.1.NN, and kubectl on the PATH
# Without one the test is skipped.  Each is asked with a home and a configuration of the test's own, never
# with those of who runs it.
kubectls=()
kubectl=                                # the one that k asks
kubectl_minor=                          # its minor version: 20, 33

kubectl_find() {
	local path version list=
	for path in ${ROLLCALL_KUBECTLS-} "${ROLLCALL_KUBECTL_DIR-$PWD/../kubectl}/usr/bin/kubectl" \
		"${srcdir-.}/build/kubectl/usr/bin/kubectl" \
		/usr/lib/google-cloud-sdk/bin/kubectl.1.* "$(command -v kubectl)"; do
		[ -x "$path" ] || continue
		version=$(env -i HOME="$work/home" KUBECONFIG=/dev/null "$path" version --client 2>/dev/null |
			sed -n 's/.*v1\.\([0-9]*\)\.[0-9]*\([^ ",]*\).*/\1 \2/p' | head -n 1)
		# A dispatcher looks for another kubectl that fits the server, with ideas of its own.
		case $version in
		'' | *dispatcher*) continue ;;
		esac
		list+="${version%% *} $path"$'\n'
	done
	mapfile -t kubectls < <(printf '%s' "$list" | sort -n -s -u -k 1,1 | cut -d ' ' -f 2-)
	if [ "${#kubectls[@]}" -eq 0 ]; then
		echo "SKIP: no kubectl (contrib/fetch-kubectl gets Debian's)"
		exit 77
	fi
}

# kubectl_config SERVER [TOKEN CA]: where to ask, and as whom.
kubectl_config() {
	cat >"$work/kubeconfig" <<-END
	apiVersion: v1
	kind: Config
	clusters: [{name: test, cluster: {server: "$1"${3:+, certificate-authority: "$3"}}}]
	users: [{name: test, user: {${2:+token: "$2"}}}]
	contexts: [{name: test, context: {cluster: test, user: test, namespace: ${namespace-default}}}]
	current-context: test
	END
}

# kubectl_use PATH: whom k asks from now on; with empty caches.
kubectl_use() {
	kubectl=$1
	kubectl_minor=$(k version --client 2>/dev/null | sed -n 's/.*v1\.\([0-9]*\)\..*/\1/p' | head -n 1)
	rm -rf "$work/home/.kube"
}

# k ARGS...: ask.
k() {
	env -i PATH="$PATH" HOME="$work/home" KUBECONFIG="$work/kubeconfig" TZ=UTC \
		${KUBE_EDITOR:+KUBE_EDITOR="$KUBE_EDITOR"} timeout 30 "$kubectl" "$@"
}

mkdir "$work/home"
kubectl_find
