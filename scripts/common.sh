# shellcheck shell=bash
# What the scripts share. Sourced, not run: `source "$(dirname "${BASH_SOURCE[0]}")/common.sh"`.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# The program as people use it: optimised, and with Swift's library inside so that it starts fast and can be copied.
# shellcheck disable=SC2034 # for those that source this
watchfold=$root/.build/release/watchfold

# What the script is doing, on standard error: standard output is for results.
say() { printf '%s\n' "$*" >&2; }

fail() {
    say "${0##*/}: $*"
    exit 1
}

# Prints the usage line of the running script and ends it when help was asked for.
help_if_asked() {
    case ${1-} in
        -h | --help)
            sed -n '2,/^$/ s/^# \{0,1\}//p' "$0"
            exit 0
            ;;
    esac
}

# The commit that is built and its day, for --version; a third word if the sources were changed since. Nothing outside of
# a clone.
commit() {
    [[ -e $root/.git ]] && command -v git >/dev/null || return 0
    git -C "$root" -c core.abbrev=7 log -1 --format='%h %cs' 2>/dev/null || return 0
    git -C "$root" diff --quiet HEAD -- Sources Package.swift 2>/dev/null || echo changed
}

# How tests are built: optimised, with what is internal in sight, `assert` left in, and structures that check themselves.
test_build=(-c release -Xswiftc -enable-testing -Xswiftc -assert-config -Xswiftc Debug --scratch-path "$root/.build-test")
# build_tests: for all that runs tests, so that none of them builds anew what another one built.
build_tests() { WATCHFOLD_CHECKS=1 swift build --package-path "$root" --build-tests "${test_build[@]}"; }

# run_built_tests [ARGUMENT]…: --filter, --skip, --xunit-output … as `swift test` has them.
run_built_tests() {
    test_environment "$root/.build-test/release/watchfoldPackageTests.xctest" --testing-library swift-testing "$@"
}

# run_tests [ARGUMENT]…: builds and runs them.
run_tests() { build_tests && run_built_tests "$@"; }

# test_environment COMMAND…: with hundreds of tests at once each would wait for all others, and no time would be its own; some
# wait for a process or for a time, so there may be more of them than cores (WATCHFOLD_TEST_WIDTH says how many). A backtrace of
# every error that is thrown would take a fifth of the time; a test that fails has its line without it.
test_environment() {
    WATCHFOLD_CHECKS=1 SWT_SWIFT_ERROR_BACKTRACING_ENABLED=0 \
        SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=${WATCHFOLD_TEST_WIDTH:-$((2 * $(nproc)))} "$@"
}

# Builds the program as people use it.
build_release() {
    [[ -e $watchfold ]] || say 'Building; the first time takes a few minutes …'
    build_product watchfold
}

# build_product NAME. Linking Foundation statically brings one warning, about a function of the C library that is not
# called here; that line is left out. Everything else is shown.
build_product() {
    WATCHFOLD_COMMIT=$(commit | tr '\n' ' ') swift build --package-path "$root" -c release --static-swift-stdlib --product "$1" 2>&1 |
        sed -u "/the use of .mktemp' is dangerous/d" >&2
}
