// Builds the Pulumi command line from source: a wrapper, because its module's replace lines rule out `go install`.
// go.sum pins every module that the build reads; change the version here and in ../../run together.
module servewright.dev/ci/pulumi

go 1.26

require (
	github.com/pulumi/pulumi/pkg/v3 v3.259.0
	github.com/pulumi/pulumi/sdk/v3 v3.259.0
)

replace github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e
