#!/bin/bash
# Starts RabbitMQ as its own user with RABBITMQ_DEFAULT_USER, RABBITMQ_DEFAULT_PASS and RABBITMQ_DEFAULT_VHOST
# (guest, guest, /), which hold for a fresh node. Other RABBITMQ_* variables are read by the server itself.
set -euo pipefail

[[ ${1:-} == rabbitmq-server ]] || exec "$@"

defaults=/etc/rabbitmq/conf.d/20-defaults.conf
install -m 0600 -o rabbitmq -g rabbitmq /dev/null "$defaults"
for key in user pass vhost; do
  variable=RABBITMQ_DEFAULT_${key^^}
  if [[ -n ${!variable:-} ]]; then
    value=${!variable}
    [[ $value != *$'\n'* && $value != *"'"* ]] || { echo "docker-entrypoint: $variable holds a quote or a line break" >&2; exit 1; }
    printf "default_%s = '%s'\n" "$key" "$value" >>"$defaults"
  fi
  unset "$variable" # the server would warn of variables it does not know
done
chown rabbitmq:rabbitmq /var/lib/rabbitmq
# Erlang reserves memory for as many files as the limit allows; an engine may allow a billion.
ulimit -n "$(($(ulimit -n) > 65536 ? 65536 : $(ulimit -n)))"
# Debian's own rabbitmq-server is a wrapper that does not pass the server's output on.
exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups -- /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server "${@:2}"
