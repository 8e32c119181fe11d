#!/usr/bin/env bash
# Runs the tests that cross the ABI under valgrind: no invalid access, nothing lost.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v valgrind > /dev/null; then
  echo "check-memory.sh needs valgrind: apt-get install valgrind" >&2
  exit 2
fi

tests=(c_plugin memory reader round_trip rows writer)
cargo test --package dativo-plugin --no-run "${tests[@]/#/--test=}"
# Every instruction takes some thirty times as long.
export DATIVO_TEST_BATCHES=60 PROPTEST_CASES=24 PROPTEST_MAX_SHRINK_TIME=1
for test in "${tests[@]}"; do
  binary=$(cargo test --package dativo-plugin --no-run --message-format=json "--test=$test" 2> /dev/null |
    sed -n "s/.*\"name\":\"$test\".*\"executable\":\"\([^\"]*\)\".*/\1/p" | tail -n 1)
  echo "valgrind: $test"
  # The harness keeps what it prints of a test, and libraries stay loaded: both are reachable, not lost.
  valgrind --quiet --error-exitcode=1 --leak-check=full --show-leak-kinds=definite,indirect \
    --errors-for-leak-kinds=definite,indirect "$binary" --test-threads=1 --quiet
done
echo "valgrind: nothing invalid, nothing lost"
