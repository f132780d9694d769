# Puts a shared library into a directory, out of a package of Debian or Ubuntu, without installing it and without being root.
# Arguments: the library's file name, the directory, names its package may have.
set -euo pipefail
library=$1 into=$2
shift 2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

for tool in apt-get dpkg-deb; do
  command -v "$tool" >/dev/null || { echo "There is no $tool here." >&2; exit 1; }
done

download() {
  local name
  for name in "$@"; do
    apt-get -q download "$name" >>log 2>&1 && return
  done
  return 1
}

# The machine's own package lists may be missing or old, and only root may renew them: lists of our own, then.
renew_lists() {
  mkdir -p lists/partial cache/archives/partial
  printf 'Dir::State::Lists "%s/lists";\nDir::Cache "%s/cache";\nAPT::Sandbox::User "%s";\n' "$work" "$work" "$(id -un)" >apt.conf
  export APT_CONFIG=$work/apt.conf
  apt-get -q update >>log 2>&1
}

download "$@" || { renew_lists && download "$@"; } || { tail -n 3 log >&2; exit 1; }
dpkg-deb -x ./*.deb unpacked
# The name goes on: libaio.so.1.0.2, or libaio.so.1t64.0.2 where time is 64 bits wide.
file=$(find unpacked -type f -name "$library*" -print -quit)
[ -n "$file" ] || { echo "No $library in $(echo ./*.deb)." >&2; exit 1; }
cp "$file" "$into/$library"
