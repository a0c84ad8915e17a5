#!/bin/sh
# Uses minijt as another project does: `run.sh BUILD_FOLDER` installs it into a folder of its own, compiles prog.cpp
# by pkg-config and runs it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

DESTDIR=$place meson install -C "$1" --no-rebuild --quiet
pc=$(find "$place" -name minijt.pc)
PKG_CONFIG_PATH=$(dirname "$pc")
LD_LIBRARY_PATH=$(dirname "$(dirname "$pc")")
export PKG_CONFIG_PATH LD_LIBRARY_PATH

cd "$place"
flags="-std=c++20 -Wall -Wextra -Wpedantic -Werror $(pkg-config --cflags minijt)"
# shellcheck disable=SC2086
if g++ $flags -M "$here/prog.cpp" | grep -E '/(xtensor|xtl|xsimd)/|cblas'; then
    echo "the public headers include a dependency"
    exit 1
fi
# shellcheck disable=SC2046,SC2086
g++ $flags "$here/prog.cpp" $(pkg-config --libs minijt) -o prog
./prog
