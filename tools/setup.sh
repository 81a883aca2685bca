#!/usr/bin/env bash
# Makes the environment that the Makefile's targets need, and does nothing when it is already there.
#   setup.sh venv      .venv with the versions of constraints.txt and the project itself, editable
#   setup.sh browser   a Chromium and a Chinese font for the browser tests
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

# apt-get install, quiet unless it fails; only root can.
install_from_debian() {
    local report
    command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || return 1
    report=$(mktemp)
    if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@"; } </dev/null >"$report" 2>&1; then
        cat "$report" >&2
        rm -f "$report"
        return 1
    fi
    rm -f "$report"
}

make_venv() {
    local wanted stamp=.venv/.installed
    if ! command -v "$python" >/dev/null; then
        install_from_debian python3 python3-venv || {
            say "There is no $python here. Install Python 3.11 or newer (Debian: apt-get install python3 python3-venv)."
            exit 1
        }
    fi
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
        say "$("$python" --version) is too old: Liandong needs 3.11 or newer. Name another one: make PYTHON=python3.12"
        exit 1
    }
    wanted=$(cat constraints.txt pyproject.toml | sha256sum)
    [ -x .venv/bin/liandong ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
    if ! [ -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        say "Making .venv and installing the pinned dependencies; once, about a minute."
        # Debian's python3 lacks the part that puts pip into an environment; only trying it tells.
        if ! "$python" -m venv --clear .venv >/dev/null 2>&1; then
            install_from_debian python3-venv && "$python" -m venv --clear .venv || {
                say "This Python cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv"
                exit 1
            }
        fi
    fi
    export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore
    .venv/bin/python -m pip install -qq --only-binary :all: --require-hashes -r constraints.txt
    .venv/bin/python -m pip install -qq --no-deps --no-build-isolation -e .
    printf '%s\n' "$wanted" >"$stamp"
}

find_chromium() {
    local name
    [ -n "${LIANDONG_CHROMIUM:-}" ] && return
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null && return
    done
    return 1
}

make_browser() {
    find_chromium && return
    say "Installing Chromium and a Chinese font for the browser tests."
    install_from_debian chromium fonts-noto-cjk && find_chromium || {
        say "The browser tests need Chromium: install it (Debian: apt-get install chromium fonts-noto-cjk)" \
            "or set LIANDONG_CHROMIUM to its path."
        exit 1
    }
}

case "${1:-}" in
    venv) make_venv ;;
    browser) make_browser ;;
    *)
        say "usage: setup.sh venv|browser"
        exit 2
        ;;
esac
