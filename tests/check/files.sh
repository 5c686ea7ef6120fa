#!/usr/bin/env bash
# files.sh ROOT: prints, NUL-terminated, the files of the project (see tree.py).
set -euo pipefail
exec python3 -I -B -c '
import sys
sys.path.insert(0, sys.argv[1])
import tree
sys.stdout.write("".join(path + "\0" for path in tree.files(sys.argv[2])))
' "$(dirname "${BASH_SOURCE[0]}")" "$1"
