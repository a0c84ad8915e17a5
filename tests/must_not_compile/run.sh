#!/bin/sh
# Holds that COMPILER refuses a program: `run.sh SOURCE COMPILER FLAG...`. It must accept the program with -DOK, so that
# nothing but the line in question is what it refuses.
set -eu
source=$1
shift
"$@" -std=c++20 -fsyntax-only -DOK "$source"
if "$@" -std=c++20 -fsyntax-only "$source" 2>/dev/null; then
    echo "$1 accepts $source"
    exit 1
fi
