#!/bin/sh
# Makes the secrets that docker-compose.yml mounts, each in a file of its own, in deploy/secrets (or the folder named as
# the only argument). What exists is never touched: new secrets would make everything signed and sealed so far worthless.
# Needs openssl and nothing else.
set -eu
umask 077

folder="${1:-"$(dirname "$0")/secrets"}"
# The folder is its owner's alone. The files in it are readable for all, because each is mounted into containers whose
# processes run under accounts of their own.
mkdir -p "$folder"
chmod 700 "$folder"

random_bytes() { openssl rand -base64 32 | tr -d '\n'; }
# Without characters that mean something in a URL.
random_word() { openssl rand -hex 24; }
key_id() { printf 'k%s' "$(openssl rand -hex 4)"; }

# make <name> <command...>: whole or not at all.
make() {
  name="$1"
  shift
  if [ -s "$folder/$name" ]; then
    echo "kept     $folder/$name"
    return
  fi
  "$@" >"$folder/$name.draft"
  chmod 444 "$folder/$name.draft"
  mv "$folder/$name.draft" "$folder/$name"
  echo "created  $folder/$name"
}

database_url() { printf 'postgres://petabakat:%s@postgres:5432/petabakat' "$(cat "$folder/postgres-password")"; }
token_key() { printf '%s:%s' "$(key_id)" "$(random_bytes)"; }
receipt_key() { openssl genpkey -algorithm ed25519; }
receipt_key_id() { printf 'PETABAKAT_RECEIPT_KEY_ID=%s\n' "$(key_id)"; }
no_further_keys() { printf '[]'; }

make postgres-password random_word
make database-url database_url
make attempt-token-keys token_key
make commitment-secret random_bytes
make identity-secret random_bytes
make receipt-private-key.pem receipt_key
make receipt-key-id.env receipt_key_id
make receipt-further-keys.json no_further_keys
