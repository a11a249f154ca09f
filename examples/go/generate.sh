#!/usr/bin/env bash
# Generates the Go packages `inference` and `pareto` from protos/. Run it after a proto has changed.
# Requires protoc, protoc-gen-go and protoc-gen-go-grpc on the PATH.
set -euo pipefail
cd "$(dirname "$0")"
module=pareto.example/go
options=(
  "module=$module"
  "Minference.proto=$module/inference"
  "Mpareto/v1/inference.proto=$module/pareto"
)
protoc -I ../../protos \
  "${options[@]/#/--go_opt=}" --go_out=. \
  "${options[@]/#/--go-grpc_opt=}" --go-grpc_out=. \
  inference.proto pareto/v1/inference.proto
