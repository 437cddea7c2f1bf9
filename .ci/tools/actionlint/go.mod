// Builds actionlint from source. go.sum pins every module that the build reads.
module servewright.dev/ci/actionlint

go 1.26

require github.com/rhysd/actionlint v1.7.12
