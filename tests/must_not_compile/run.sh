#!/bin/sh
# Holds that COMPILER refuses a program: `run.sh SOURCE COMPILER FLAG...`. It must accept the program with -DOK, so that
# nothing but the line in question is what it refuses. Of what the compiler prints, a line `// Says: WORDS` in the program
# tells what must stand in an error, `// Lines: N` how long it may be, and `// With: FLAG` what else the compiler is given.
set -eu
source=$1
shift
set -- "$@" -std=c++20 -fsyntax-only $(sed -n 's|^// With: ||p' "$source")
"$@" -DOK "$source"
if said=$("$@" "$source" 2>&1); then
    echo "$1 accepts $source"
    exit 1
fi
words=$(sed -n 's|^// Says: ||p' "$source")
most=$(sed -n 's|^// Lines: ||p' "$source")
if ! echo "$said" | grep 'error:' | grep -qF -- "$words" || [ "$(echo "$said" | wc -l)" -gt "${most:-1000}" ]; then
    printf '%s\n' "$1 should say '$words' in ${most:-any number of} lines, but says:" "$said"
    exit 1
fi
