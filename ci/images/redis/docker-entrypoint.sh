#!/bin/bash
# Starts redis-server as its own user. The official image is built without protected mode; here it is switched off
# unless the command says something about it.
set -euo pipefail

[[ ${1:-} == -* || ${1:-} == *.conf ]] && set -- redis-server "$@"
[[ ${1:-} == redis-server ]] || exec "$@"
[[ " $* " == *" --protected-mode "* ]] || set -- "$@" --protected-mode no
if (($(id -u) == 0)); then
  chown redis:redis /data
  exec setpriv --reuid=redis --regid=redis --clear-groups -- "$@"
fi
exec "$@"
