#!/usr/bin/env bash
# The whole of Remit in one command: governance is applied by the real Terraform, which makes a budget, policies and caps in a
# fake AWS on this machine; the lock is taken from its output, and three plans of an agent's change are judged by it: one
# allowed, one that needs consent, one denied.
# Everything happens in a temporary folder. Exits 0 only if all three came out as expected.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
here=$root/examples/quickstart
now=2026-12-01T09:00:00Z # fixed, so that the dates in the example mean the same every day

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' off=$'\e[0m'; else bold='' off=''; fi
say() { printf '%s%s%s\n' "$bold" "$*" "$off"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

command -v cargo >/dev/null || die 'cargo is missing; install Rust from https://rustup.rs'
command -v cc >/dev/null || die 'a C compiler is missing; install one, for example: apt-get install gcc'

work=$(mktemp -d)
cloud=''
trap '[ -z "$cloud" ] || kill "$cloud"; rm -rf "$work"' EXIT

say 'Building terraform-provider-remit, plancheck and fake-cloud'
cargo build --locked --manifest-path "$root/Cargo.toml" -p terraform-provider-remit -p plancheck -p fake-cloud
bin=$(cargo metadata --manifest-path "$root/Cargo.toml" --locked --format-version 1 --no-deps |
  sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')/debug
plancheck=$bin/plancheck

url='' # of the fake AWS
# TERRAFORM names another binary than the first of terraform and tofu on PATH.
cli=${TERRAFORM:-$(command -v terraform || command -v tofu || true)}
# The freshly built provider, without a registry. Only for this run: nothing of the user's configuration is read or changed.
cat > "$work/cli.tfrc" <<TFRC
provider_installation {
  dev_overrides { "remit/remit" = "$bin" }
  direct {}
}
TFRC
tf() {
  env -u AWS_PROFILE -u AWS_SESSION_TOKEN AWS_CONFIG_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true \
    AWS_ACCESS_KEY_ID=AKIA123456789012FAKE AWS_SECRET_ACCESS_KEY=fake TF_VAR_cloud="$url" \
    TF_CLI_CONFIG_FILE="$work/cli.tfrc" TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1 "$cli" -chdir="$work/governance" "$@"
}
cp -R "$here/governance" "$work/governance"
cd "$work"
if [ -n "$cli" ]; then
  "$bin/fake-cloud" serve --seed "$here/cloud.json" > cloud.url &
  cloud=$!
  until [ -s cloud.url ]; do kill -0 "$cloud" || die 'fake-cloud did not start'; sleep 0.1; done
  url=$(cat cloud.url)
  echo
  say "What is in the fake AWS at $url"
  "$bin/fake-cloud" show "$url"
  echo
  say "Applying examples/quickstart/governance with $(tf version | head -n 1)"
  # The outputs hold the whole lock, which is for plancheck and not for people: shown are the resources and the outcome.
  tf apply -auto-approve -input=false -compact-warnings -no-color > apply.log 2>&1 || { cat apply.log >&2; exit 1; }
  grep -E '^(  # remit|Apply complete)' apply.log
  tf output -raw governance_lock > governance.lock.json
  echo
  say 'What is in the fake AWS now'
  "$bin/fake-cloud" show "$url"
else
  cp "$here/governance.lock.json" governance.lock.json
  echo
  say 'Terraform is missing: the governance is not applied, its shipped lock is used instead.'
  echo 'Get Terraform from https://developer.hashicorp.com/terraform/install or OpenTofu from https://opentofu.org/docs/intro/install'
fi

failed=0
check() { # folder, expected exit code, what it means
  local code=0
  echo
  say "plancheck check --plan examples/quickstart/plans/$1/plan.json --governance governance.lock.json"
  "$plancheck" check --plan "$here/plans/$1/plan.json" --governance governance.lock.json --now "$now" || code=$?
  if [ "$code" -eq "$2" ]; then
    echo "exit code $code: $3, as expected"
  else
    echo "exit code $code, but $2 ($3) was expected" >&2
    failed=1
  fi
}
check allowed 0 'allowed'
check consent-required 3 'consent required'
check denied 2 'denied'

echo
[ "$failed" -eq 0 ] || die 'a plan was not judged as expected'
say 'All three plans were judged as expected.'
