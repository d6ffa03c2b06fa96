#!/bin/sh
# Double-click on macOS (or run on Linux): opens the planner's page. The first time it installs what the project needs.
cd "$(dirname "$0")" || exit 1
exec python3 xj.py open
