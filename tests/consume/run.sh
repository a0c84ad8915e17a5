#!/bin/sh
# Uses minijt as other projects do: `run.sh BUILD_FOLDER` installs it into a folder of its own, and compiles and runs
# prog.cpp by pkg-config and by CMake; then by pkg-config from the build folder, where nothing is installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

DESTDIR=$place meson install -C "$build" --no-rebuild --quiet
installed=$(dirname "$(find "$place" -name minijt.pc)")
prefix=$(dirname "$(find "$place" -name include)")
LD_LIBRARY_PATH=$(dirname "$installed")
export LD_LIBRARY_PATH
cd "$place"

fail() {
    echo "$*"
    exit 1
}

# Runs a program that was made from prog.cpp.
check() {
    version=$(PKG_CONFIG_PATH=$installed pkg-config --modversion minijt)
    said=$("$1")
    [ "$said" = "$version $version 1" ] || fail "$1 of minijt $version says $said"
}

# by_pkgconfig FOLDER PACKAGE SOURCE PROGRAM
by_pkgconfig() {
    flags="-std=c++20 -Wall -Wextra -Wpedantic -Werror $(PKG_CONFIG_PATH=$1 pkg-config --cflags "$2")"
    # shellcheck disable=SC2046,SC2086
    g++ $flags "$3" $(PKG_CONFIG_PATH=$1 pkg-config --libs "$2") -o "$4"
}

by_pkgconfig "$installed" minijt "$here/prog.cpp" installed
check ./installed
# shellcheck disable=SC2086
if g++ $flags -M "$here/prog.cpp" | grep -E '/(xtensor|xtl|xsimd)/|cblas'; then
    fail "the public headers include a dependency"
fi
if grep -E '^Requires.*(xtensor|xsimd)' "$installed/minijt.pc"; then fail "minijt.pc requires headers alone"; fi
echo '#include <minijt/xtensor.hpp>
int main() { return jt::array(xt::xarray<float>{1, 2}).numel() == 2 ? 0 : 1; }' >with_xtensor.cpp
by_pkgconfig "$installed" minijt-xtensor with_xtensor.cpp with_xtensor
./with_xtensor

[ -n "$(find "$place" -path '*/licenses/minijt/LICENSE')" ] || fail "LICENSE is not installed"

by_pkgconfig "$build/meson-uninstalled" minijt "$here/prog.cpp" uninstalled
check ./uninstalled
by_pkgconfig "$build/meson-uninstalled" minijt-xtensor with_xtensor.cpp with_xtensor
./with_xtensor

command -v cmake >/dev/null || { echo "CMake is not here: its part is skipped" && exit 0; }
{ cmake -S "$here" -B by_cmake -DCMAKE_PREFIX_PATH="$prefix" && cmake --build by_cmake; } >log 2>&1 ||
    fail "$(cat log)"
check by_cmake/prog
for version in 0.0 99; do
    sed "s/minijt 0.1/minijt $version/" "$here/CMakeLists.txt" >CMakeLists.txt && cp "$here/prog.cpp" .
    cmake -S . -B "asks_$version" -DCMAKE_PREFIX_PATH="$prefix" >log 2>&1 && found=yes || found=no
    [ "$version $found" = "0.0 yes" ] || [ "$version $found" = "99 no" ] || fail "minijt $version is asked for: $(cat log)"
done
