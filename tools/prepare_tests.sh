#!/usr/bin/env bash
# Installs what the tests need besides Python packages, where this user may; says plainly what is missing where not.
# In CI a missing component is a failure, never a skip.
set -eu

missing=()
command -v adb >/dev/null || missing+=(adb)
command -v chromium >/dev/null || missing+=(chromium)
# Debian keeps the server's programs out of the path.
command -v postgres >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)

if [ ${#missing[@]} -ne 0 ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "installing ${missing[*]} for the tests"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null && missing=()
fi

# Checks of accessibility run axe in pages; it is of no use to whoever runs Drover. Its npm comes with the checkers.
axe=var/axe/node_modules/axe-core/axe.min.js
npm=$(command -v npm || echo .venv/bin/npm)
if [ ! -f "$axe" ] && [ -x "$npm" ]; then
    echo "installing axe-core for the tests"
    "$npm" install --silent --no-save --no-audit --no-fund --prefix var/axe axe-core@4.14.1 >/dev/null || true
fi
[ -f "$axe" ] || missing+=(axe-core)

[ ${#missing[@]} -eq 0 ] && exit 0
echo "not installed here: ${missing[*]}. Tests that need them are skipped; install them and run again." >&2
[ "${CI:-}" != true ]
