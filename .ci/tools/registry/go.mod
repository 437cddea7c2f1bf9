// Builds a registry of images from source. go.sum pins every module that the build reads.
module servewright.dev/ci/registry

go 1.26

require github.com/google/go-containerregistry v0.20.6
