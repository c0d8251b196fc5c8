#!/usr/bin/env bash
# Looks for what `make` needs and installs missing Debian packages when it may (root, or sudo that asks no password).
# Otherwise it prints the one line to type. It changes nothing else on the machine.
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
need node nodejs
need npm npm

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

if command -v node >/dev/null; then
	version=$(node --version)
	oldest=$(printf '%s\n' "$node_need" "${version#v}" | sort --version-sort | head -n 1)
	if [ "$oldest" != "$node_need" ]; then
		problems+=("Node $version is too old: $node_need or newer is needed to build the web program.")
	fi
fi

if [ ${#problems[@]} -gt 0 ]; then
	printf 'setup: %s\n' "${problems[@]}" >&2
	exit 1
fi
