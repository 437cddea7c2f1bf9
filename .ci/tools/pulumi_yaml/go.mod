// Builds the language host of YAML programs from source: a wrapper, because its module's replace lines rule out `go install`.
// It wants an engine package of its own age: 1.37 does not compile with 3.259. go.sum pins every module that the build reads.
module servewright.dev/ci/pulumi-yaml

go 1.26

require (
	github.com/pulumi/pulumi-yaml v1.32.0
	github.com/pulumi/pulumi/pkg/v3 v3.231.0
	github.com/pulumi/pulumi/sdk/v3 v3.231.0
)

replace github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e
