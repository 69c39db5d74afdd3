#!/bin/sh
# Replaces every container of the services by one of the image that PETABAKAT_VERSION names, one at a time: the new one
# is started beside the old ones and has to be ready before an old one is asked to stop. Nothing else is touched. Run it
# again after a failure: containers that run the new image already are left alone, unless --all is given, which is for
# changed secrets.
#
#   PETABAKAT_VERSION=0.2.0 deploy/rolling-upgrade.sh [--all] [service...]
set -eu
cd "$(dirname "$0")/.."

all=no
[ "${1:-}" != --all ] || { all=yes; shift; }

# Readers before writers: whoever reads an event has to know it before anybody writes it.
[ $# -gt 0 ] || set -- assessment scoring scheduler gateway
# The services stop within 25 s by themselves.
STOP_SECONDS=30
# Migrations of a large database, and a machine that does much else.
READY_SECONDS=180

image="petabakat:${PETABAKAT_VERSION:?names the release to run}"
wanted="$(docker image inspect --format '{{.Id}}' "$image")"

say() { echo "$(date -u +%H:%M:%S) $*"; }

# Only this container counts: one of the old ones that is slow to answer must not stop the upgrade that may mend it.
until_ready() {
  tries="$READY_SECONDS"
  until [ "$(docker inspect --format '{{.State.Health.Status}}' "$1")" = healthy ]; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] && [ "$(docker inspect --format '{{.State.Restarting}}' "$1")" = false ] || return 1
    sleep 1
  done
}

name_of() { docker inspect --format '{{.Name}}' "$1" | cut -c 2-; }

replace() {
  service="$1"
  olds="$(docker compose ps --quiet "$service")"
  for old in $olds; do
    [ "$all" = yes ] || [ "$(docker inspect --format '{{.Image}}' "$old")" != "$wanted" ] || continue
    before="$(docker compose ps --all --quiet "$service")"
    count="$(echo "$before" | wc -w)"
    docker compose --progress quiet up --detach --no-deps --no-recreate --scale "$service=$((count + 1))" "$service"
    new="$(docker compose ps --all --quiet "$service" | grep --invert-match --fixed-strings "$before")"
    if ! until_ready "$new"; then
      docker logs --tail 20 "$new" >&2
      docker rm --force "$new" >/dev/null
      say "$service: the new container did not become ready and is gone again, the old ones go on" >&2
      return 1
    fi
    say "$service: $(name_of "$new") is ready, stopping $(name_of "$old")"
    docker stop --time "$STOP_SECONDS" "$old" >/dev/null
    docker rm "$old" >/dev/null
    say "$service: one of $count replaced"
  done
}

# A release may bring topics of its own; what exists is left as it is.
for topics in $(docker compose config --services | grep '^topics'); do
  docker compose run --rm -T --no-deps "$topics"
done
for service in "$@"; do replace "$service"; done
docker compose ps --format '{{.Name}} {{.Image}} {{.Status}}' "$@"
