#!/usr/bin/env bash
# What `make test` takes from the system. Root on Debian or Ubuntu gets the missing packages installed; everybody else is
# told what is missing. Starts nothing: the tests run servers of their own.
set -euo pipefail

has_postgres() { command -v postgres >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }
has_redis() { command -v redis-server >/dev/null; }
has_pgbouncer() { command -v pgbouncer >/dev/null || [ -x /usr/sbin/pgbouncer ]; }
has_chromium() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
has_font() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh family 2>/dev/null | head -n 1)" ]; }
has_python() { command -v python3 >/dev/null && python3 -c 'import venv, ensurepip' 2>/dev/null; }
has_kubectl() { command -v kubectl >/dev/null; }
has_git() { command -v git >/dev/null; }

# what | Debian packages | what it is for
needs=(
  "postgres|postgresql|PostgreSQL server"
  "redis|redis-server|Redis server"
  "pgbouncer|pgbouncer|PgBouncer, as it stands before PostgreSQL in many houses"
  "chromium|chromium|Chromium, for the pages"
  "font|fontconfig fonts-noto-cjk|a font with Chinese characters, for the screenshots"
  "python|python3 python3-venv|Python 3 with venv, for grpcurl and the manifest schemas"
  "kubectl|kubernetes-client|kubectl 1.21 or newer, to render the manifests"
  "git|git|git"
)

packages=() missing=()
for need in "${needs[@]}"; do
  IFS='|' read -r what debian about <<<"$need"
  "has_$what" && continue
  read -ra more <<<"$debian"
  packages+=("${more[@]}")
  missing+=("$about (Debian: $debian)")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && [ "${1:-}" != again ]; then
  echo "Installing: ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null 2>&1 </dev/null || {
    apt-get update -qq </dev/null
    apt-get install -y -qq --no-install-recommends "${packages[@]}" </dev/null
  }
  exec "$0" again
fi

echo 'The tests need, and this machine does not have:' >&2
printf '  - %s\n' "${missing[@]}" >&2
exit 1
