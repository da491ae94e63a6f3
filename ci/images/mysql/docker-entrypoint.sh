#!/bin/bash
# Starts mysqld with the accounts that the variables of the official image ask for:
#   MYSQL_ROOT_PASSWORD, or MYSQL_ALLOW_EMPTY_PASSWORD; MYSQL_ROOT_HOST (default %)
#   MYSQL_DATABASE; MYSQL_USER and MYSQL_PASSWORD, who may do everything in it
# Unlike there, they hold at every start. What this image cannot do is refused, not passed over.
set -euo pipefail
shopt -s nullglob

refuse() { echo "docker-entrypoint: $*" >&2; exit 1; }
text() { local quoted=${1//\\/\\\\}; printf "'%s'" "${quoted//\'/\'\'}"; }
name() { printf '`%s`' "${1//\`/\`\`}"; }
account() { # user, host, password
  printf 'CREATE USER IF NOT EXISTS %s@%s IDENTIFIED BY %s;\n' "$(text "$1")" "$(text "$2")" "$(text "$3")"
  printf 'ALTER USER %s@%s IDENTIFIED BY %s;\n' "$(text "$1")" "$(text "$2")" "$(text "$3")"
}

[[ ${1:-} == -* ]] && set -- mysqld "$@"
[[ ${1:-} == mysqld ]] || exec "$@"

for variable in ${!MYSQL_@}; do
  case $variable in
    MYSQL_ROOT_PASSWORD | MYSQL_ALLOW_EMPTY_PASSWORD | MYSQL_ROOT_HOST | MYSQL_DATABASE | MYSQL_USER | MYSQL_PASSWORD) ;;
    *) refuse "this image does not know $variable" ;;
  esac
done
scripts=(/docker-entrypoint-initdb.d/*)
((${#scripts[@]} == 0)) || refuse "this image runs no scripts of /docker-entrypoint-initdb.d"
[[ -n ${MYSQL_ROOT_PASSWORD:-} || -n ${MYSQL_ALLOW_EMPTY_PASSWORD:-} ]] || refuse "set MYSQL_ROOT_PASSWORD or MYSQL_ALLOW_EMPTY_PASSWORD"
[[ ${MYSQL_USER:-} != root ]] || refuse "MYSQL_USER is another account than root"
[[ -z ${MYSQL_USER:-} || -n ${MYSQL_PASSWORD:-} ]] || refuse "MYSQL_USER needs MYSQL_PASSWORD"

data=/var/lib/mysql
if [[ ! -d $data/mysql ]]; then
  cp -a /usr/share/mysql-fresh/. "$data/"
fi
chown mysql:mysql "$data" /run/mysqld

accounts=/run/mysqld/accounts.sql
install -m 0600 -o mysql -g mysql /dev/null "$accounts"
{
  host=${MYSQL_ROOT_HOST-%}
  account root localhost "${MYSQL_ROOT_PASSWORD:-}"
  if [[ -n $host && $host != localhost ]]; then
    account root "$host" "${MYSQL_ROOT_PASSWORD:-}"
    printf 'GRANT ALL ON *.* TO %s@%s WITH GRANT OPTION;\n' "'root'" "$(text "$host")"
  fi
  [[ -z ${MYSQL_DATABASE:-} ]] || printf 'CREATE DATABASE IF NOT EXISTS %s;\n' "$(name "$MYSQL_DATABASE")"
  if [[ -n ${MYSQL_USER:-} ]]; then
    account "$MYSQL_USER" % "$MYSQL_PASSWORD"
    [[ -z ${MYSQL_DATABASE:-} ]] || printf 'GRANT ALL ON %s.* TO %s@%s;\n' "$(name "$MYSQL_DATABASE")" "$(text "$MYSQL_USER")" "'%'"
  fi
} >"$accounts"

shift
exec mysqld --init-file="$accounts" "$@"
