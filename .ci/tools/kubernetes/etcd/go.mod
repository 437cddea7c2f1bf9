// Builds etcd from source: a wrapper, because its module's replace lines rule out `go install`.
// go.sum pins every module that the build reads.
module servewright.dev/ci/etcd

go 1.26.0

require go.etcd.io/etcd/server/v3 v3.7.3
