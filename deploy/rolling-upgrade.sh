#!/bin/sh
# Replaces every container of the services by one of the image that PETABAKAT_VERSION names, one at a time: the new one
# is started beside the old ones and has to be ready before an old one is asked to stop. Nothing else is touched. Run it
# again after a failure: containers that run the new image already are left alone.
#
#   PETABAKAT_VERSION=0.2.0 deploy/rolling-upgrade.sh [service...]
set -eu
cd "$(dirname "$0")/.."

# Readers before writers: whoever reads an event has to know it before anybody writes it.
[ $# -gt 0 ] || set -- assessment scoring scheduler gateway
# The services stop within 25 s by themselves.
STOP_SECONDS=30

image="petabakat:${PETABAKAT_VERSION:?names the release to run}"
wanted="$(docker image inspect --format '{{.Id}}' "$image")"

replace() {
  service="$1"
  containers="$(docker compose ps --quiet "$service")"
  count="$(echo "$containers" | wc -w)"
  [ "$count" -gt 0 ] || return 0
  for old in $containers; do
    [ "$(docker inspect --format '{{.Image}}' "$old")" != "$wanted" ] || continue
    docker compose up --detach --wait --no-deps --no-recreate --scale "$service=$((count + 1))" "$service"
    docker stop --time "$STOP_SECONDS" "$old" >/dev/null
    docker rm "$old" >/dev/null
    echo "$service: one of $count replaced"
  done
}

# A release may bring topics of its own; what exists is left as it is.
for topics in $(docker compose config --services | grep '^topics'); do
  docker compose run --rm -T --no-deps "$topics"
done
for service in "$@"; do replace "$service"; done
docker compose ps --format '{{.Name}} {{.Image}} {{.Status}}' "$@"
