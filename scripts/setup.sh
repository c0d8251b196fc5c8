#!/usr/bin/env bash
# Looks for what `make` needs and installs missing Debian packages when it may (root, or sudo that asks no password).
# Otherwise it prints the one line to type. It changes nothing else on the machine. With the argument "browser" it also looks
# for what the browser test needs.
set -o errexit -o nounset -o pipefail

readonly go_need=26   # Go 1.26
readonly go_fetch=21  # since 1.21 Go fetches a newer Go by itself
readonly node_need=20.19 # what Vite needs

packages=()
problems=()

# need COMMAND PACKAGE…: the packages give the command.
need() {
	local command=$1
	shift
	command -v "$command" >/dev/null || packages+=("$@")
}

need gcc gcc libc6-dev
need make make
need git git
if [ "${1:-}" = browser ]; then
	need /usr/bin/chromium chromium # the one that the test starts
fi

# at_least VERSION NEEDED
at_least() {
	[ "$(printf '%s\n' "$2" "$1" | sort --version-sort | head -n 1)" = "$2" ]
}

# Node is taken from Debian only where Debian's is new enough: version 12 has Node 18.
readonly node_advice="Node $node_need or newer, with npm, is needed to build the web program and to fetch models: see nodejs.org/en/download."
if ! command -v node >/dev/null; then
	offered=$(apt-cache policy nodejs 2>/dev/null | awk '/Candidate:/ {print $2}' || true)
	if ! at_least "${offered:-0}" "$node_need"; then
		problems+=("$node_advice")
	elif [[ $offered == *nodesource* ]]; then
		packages+=(nodejs) # npm is inside, and Debian's own would be in its way
	else
		packages+=(nodejs npm)
	fi
elif ! at_least "$(node --version | tr -d v)" "$node_need"; then
	problems+=("$(node --version) is too old. $node_advice")
elif ! command -v npm >/dev/null; then
	packages+=(npm)
fi

if ! command -v go >/dev/null; then
	problems+=("Go 1.$go_need or newer is not installed: see go.dev/doc/install (Debian 12's own golang is too old).")
else
	version=$(GOTOOLCHAIN=local go env GOVERSION)
	minor=${version#go1.}
	minor=${minor%%[!0-9]*}
	if [ "${minor:-0}" -lt "$go_fetch" ]; then
		problems+=("$version is too old: Go 1.$go_need or newer is needed, see go.dev/doc/install.")
	elif [ "$minor" -lt "$go_need" ] && ! GOTOOLCHAIN="${GOTOOLCHAIN:-auto}" go version >/dev/null 2>&1; then
		problems+=("$version is too old and could not fetch Go 1.$go_need by itself: is GOTOOLCHAIN=auto, and the module proxy reachable?")
	fi
fi

if [ ${#packages[@]} -gt 0 ]; then
	install=(apt-get install --yes --no-install-recommends "${packages[@]}")
	if ! command -v apt-get >/dev/null; then
		problems+=("Missing, and this is no Debian: ${packages[*]}")
	elif [ "$(id -u)" -eq 0 ]; then
		echo "installing: ${packages[*]}"
		apt-get update --quiet
		DEBIAN_FRONTEND=noninteractive "${install[@]}"
	elif command -v sudo >/dev/null && sudo --non-interactive true 2>/dev/null; then
		echo "installing with sudo: ${packages[*]}"
		sudo --non-interactive apt-get update --quiet
		sudo --non-interactive DEBIAN_FRONTEND=noninteractive "${install[@]}"
	else
		problems+=("Packages are missing. Type: sudo apt-get install --yes --no-install-recommends ${packages[*]}")
	fi
fi

if [ ${#problems[@]} -gt 0 ]; then
	printf 'setup: %s\n' "${problems[@]}" >&2
	exit 1
fi
