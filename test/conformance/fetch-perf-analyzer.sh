#!/bin/sh
# Installs perf_analyzer in the folder $1: the wheel from PyPI, with the Python $2, and the C library that it is linked against, from
# Debian 13, because the machine's own may be older. Prints nothing on success.
set -eu
mkdir -p "$1/apt/lists/partial" "$1/apt/cache/archives/partial"
cd "$1"
"$2" -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --platform manylinux_2_38_x86_64 perf-analyzer==2.60.0
"$2" -m zipfile -e perf_analyzer-*.whl wheel
chmod +x wheel/perf_analyzer/bin/perf_analyzer

# Uses separate package lists and caches with the machine's mirror, so that the machine itself is not changed.
keys=/usr/share/keyrings/debian-archive-keyring.gpg
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m 1 '/debian/*$') ||
  { echo 'this machine has no mirror of Debian among its package sources'; exit 1; }
echo "deb [signed-by=$keys] $mirror trixie main" > apt/sources.list
apt() {
  apt-get -qq -o Dir::Etc::sourcelist="$PWD/apt/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$PWD/apt/lists" \
    -o Dir::Cache="$PWD/apt/cache" -o APT::Sandbox::User=root -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false "$@"
}
apt update
apt download libc6 libgcc-s1 libssl3t64 libstdc++6 zlib1g
for package in *.deb; do dpkg -x "$package" root; done
mv root/usr/lib/*-linux-gnu lib
rm -rf apt root ./*.deb ./*.whl
