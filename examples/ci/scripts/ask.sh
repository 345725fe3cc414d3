#!/usr/bin/env bash
# Sourced: one request to the platform. `credential` is the platform's: a header that no list of processes shows.

# ask METHOD URL: what is sent comes from stdin. The answer goes to stdout; a refusal is told and is a failure.
ask() {
  local method=$1 url=$2 answer
  local -a how=()
  case "$method" in
    GET) how=(--retry 3) ;;
    DELETE) ;;
    *) how=(--header 'Content-Type: application/json' --data-binary @-) ;;
  esac
  if ! answer=$(curl --silent --show-error --fail-with-body --max-time 60 --proto '=https,http' \
    --request "$method" --header 'Accept: application/json' --header 'User-Agent: consent-ci' \
    --config <(credential) "${how[@]}" "$url"); then
    # In one line and without the signs that a runner takes for commands.
    printf '%s %s was refused: %s\n' "$method" "$url" "${answer:0:400}" | tr -d '\r#' | tr '\n' ' ' >&2
    echo >&2
    return 1
  fi
  printf '%s\n' "$answer"
}
