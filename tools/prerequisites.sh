#!/bin/sh
# Prints the path of a Python that this project runs on, or names every missing tool with the version it needs.
# PYTHON, NODE and NPM name other commands to try.
set -u

python_works='import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'
python_path='import sys; print(getattr(sys, "_base_executable", None) or sys.executable)'
missing=''

found=''
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if "$candidate" -c "$python_works" >/dev/null 2>&1; then
        found=$("$candidate" -c "$python_path")
        break
    fi
done
if [ -z "$found" ]; then
    seen=$(${PYTHON:-python3} --version 2>&1) || seen='none'
    missing="$missing
  Python 3.11, 3.12 or 3.13 with its venv module (found: $seen)"
fi

node=${NODE:-node}
major=$("$node" --version 2>/dev/null | sed -n 's/^v\([0-9][0-9]*\)\..*/\1/p')
if [ "${major:-0}" -lt 20 ]; then
    seen=$("$node" --version 2>/dev/null) || seen='none'
    missing="$missing
  Node.js 20 or later (found: $seen)"
fi

if ! "${NPM:-npm}" --version >/dev/null 2>&1; then
    missing="$missing
  npm 9 or later, which comes with Node.js (found: none)"
fi

if [ -n "$missing" ]; then
    printf 'Before this can run, please install:%s\n' "$missing" >&2
    exit 1
fi
printf '%s\n' "$found"
