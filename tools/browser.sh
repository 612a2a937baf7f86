#!/bin/sh
# Chromium for the tests that look at pages as a browser does. As root it is installed from Debian; else it is said what to install.
set -eu
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "setup: installing chromium from Debian" >&2
    apt-get update -qq </dev/null >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends chromium </dev/null >/dev/null
else
    echo "setup: no chromium; tests in a browser are skipped. On Debian, as root: apt-get install chromium" >&2
fi
