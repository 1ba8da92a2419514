#!/usr/bin/env bash
# Makes sure that the system has what cozviewer's Python packages cannot bring: the libraries that
# Qt opens, a font, and Python's venv module. Where all is there it does nothing; on Debian and its
# kin it installs what is missing, if it may; elsewhere it says in one sentence what is missing.
#
# PYTHON names the interpreter to look at (python3). It fails only where no .venv can be made:
# without the libraries the window does not open, but all commands work.
set -euo pipefail
python=${PYTHON:-python3}

if ! command -v "$python" > /dev/null; then
    echo "cozviewer needs Python 3.11 or newer, and there is no $python here:" \
        "install it, or name another with make PYTHON=..." >&2
    exit 1
fi
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "cozviewer needs Python 3.11 or newer, and $python is $version:" \
        "name a newer one with make PYTHON=python3.11" >&2
    exit 1
fi

has_venv() { "$python" -c 'import ensurepip, venv' 2> /dev/null; }

# What `ldd` finds missing below PySide6 (widgets, SVG, D-Bus; offscreen, X11 and Wayland) on a
# bare Debian, and the packages that hold it.
libraries() {
    cat << 'END'
libEGL.so.1             libegl1
libGL.so.1              libgl1
libX11.so.6             libx11-6
libX11-xcb.so.1         libx11-xcb1
libbrotlidec.so.1       libbrotli1
libdbus-1.so.3          libdbus-1-3
libfontconfig.so.1      libfontconfig1
libfreetype.so.6        libfreetype6
libgthread-2.0.so.0     libglib2.0-0
libwayland-client.so.0  libwayland-client0
libwayland-cursor.so.0  libwayland-cursor0
libwayland-egl.so.1     libwayland-egl1
libxcb-cursor.so.0      libxcb-cursor0
libxcb-glx.so.0         libxcb-glx0
libxcb-icccm.so.4       libxcb-icccm4
libxcb-image.so.0       libxcb-image0
libxcb-keysyms.so.1     libxcb-keysyms1
libxcb-randr.so.0       libxcb-randr0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-render.so.0      libxcb-render0
libxcb-shape.so.0       libxcb-shape0
libxcb-shm.so.0         libxcb-shm0
libxcb-sync.so.1        libxcb-sync1
libxcb-util.so.1        libxcb-util1
libxcb-xfixes.so.0      libxcb-xfixes0
libxcb-xkb.so.1         libxcb-xkb1
libxcb.so.1             libxcb1
libxkbcommon-x11.so.0   libxkbcommon-x11-0
libxkbcommon.so.0       libxkbcommon0
END
}

has_font() {
    local folders=(/usr/share/fonts /usr/local/share/fonts "${HOME:-/}/.fonts"
        "${HOME:-/}/.local/share/fonts")
    [ -n "$(find "${folders[@]}" -iname '*.[ot]tf' -print -quit 2> /dev/null)" ]
}

# Prints the packages that are missing. Python opens each library as Qt will, by its name.
missing_packages() {
    if ! has_venv; then echo "python$version-venv"; fi
    if [ "$(uname)" = Linux ]; then
        libraries | "$python" -c '
import ctypes, sys
for soname, package in map(str.split, sys.stdin):
    try:
        ctypes.CDLL(soname)
    except OSError:
        print(package)
'
        if ! has_font; then echo fonts-dejavu-core; fi
    fi
}

# Prints how to become root, "" for root itself; fails where that would ask for a password.
as_root() {
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2> /dev/null || return 1
        echo "sudo -n"
    fi
}

packages=$(missing_packages | paste -sd ' ' -)
[ -n "$packages" ] || exit 0

if command -v apt-get > /dev/null && root=$(as_root); then
    echo "Installing what Python and Qt need from the system: $packages"
    # A list that cannot be renewed (one source of many out of reach) is no reason to give up.
    $root apt-get update -qq > /dev/null 2>&1 || true
    # shellcheck disable=SC2086 # the words of $root and $packages are to be split
    if ! said=$($root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
        --no-install-recommends -o DPkg::Lock::Timeout=120 $packages 2>&1); then
        echo "$said" | tail -n 5 >&2
    fi
    packages=$(missing_packages | paste -sd ' ' -)
    [ -n "$packages" ] || exit 0
fi

echo "The system lacks what Python or the window needs, and it cannot be installed from here:" \
    "please install $packages (so Debian calls them)." >&2
has_venv
