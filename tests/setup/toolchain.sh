#!/usr/bin/env bash
# Rust and Node are the only things `make run` asks for; says which one is missing or too old.
set -euo pipefail

fail() { echo "$1" >&2; exit 1; }
at_least() { # have, want
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

wanted_rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
command -v cargo >/dev/null || fail "Rust is missing: install $wanted_rust or newer, https://rustup.rs"
have_rust=$(rustc --version | cut -d ' ' -f 2)
at_least "$have_rust" "$wanted_rust" || fail "Rust $have_rust is too old: $wanted_rust or newer is needed (rustup update)"

command -v node >/dev/null && command -v npm >/dev/null || fail "Node is missing: install 20 or newer with npm, https://nodejs.org"
have_node=$(node --version | tr -d v)
at_least "$have_node" 20.0.0 || fail "Node $have_node is too old: 20 or newer is needed"
