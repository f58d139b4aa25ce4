# shellcheck shell=bash
# How the scripts of this folder speak and give up. To be sourced.

note() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
  note "$@"
  exit 1
}

# die_with_log LOG MESSAGE... puts the end of a log under the message.
die_with_log() {
  show_log "$@"
  exit 1
}

show_log() {
  local log=$1
  shift
  note "$*; the end of its log:"
  [[ ! -f $log ]] || tail -n 60 -- "$log" | sed 's/^/    /' >&2
}
