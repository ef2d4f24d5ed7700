#!/usr/bin/env bash
# A night of scheduled runs in one command: governance is applied into a fake AWS on this machine, and a run finds it in order; then an
# agent raises a cap and detaches a policy by calls of its own, the next run says so and by whom, the one after that says that nothing
# changed, and once the governance is applied again, the last run says that it is over.
# Everything happens in a temporary folder. Exits 0 only if each run came out as expected.
#   REMIT_BIN   folder with terraform-provider-remit, plancheck and fake-cloud, instead of building them
#   TERRAFORM   another binary than the first of terraform and tofu on PATH
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' off=$'\e[0m'; else bold='' off=''; fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$off"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

cli=${TERRAFORM:-$(command -v terraform || command -v tofu || true)}
[ -n "$cli" ] || die 'terraform is missing; get it from https://developer.hashicorp.com/terraform/install, or tofu from https://opentofu.org/docs/intro/install'

work=$(mktemp -d)
cloud=''
trap '[ -z "$cloud" ] || kill "$cloud"; rm -rf "$work"' EXIT

bin=${REMIT_BIN:-}
if [ -z "$bin" ]; then
  command -v cargo >/dev/null || die 'cargo is missing; install Rust from https://rustup.rs'
  cargo build --locked --manifest-path "$root/Cargo.toml" -p terraform-provider-remit -p plancheck -p fake-cloud
  bin=$(cargo metadata --manifest-path "$root/Cargo.toml" --locked --format-version 1 --no-deps |
    sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')/debug
fi

cat > "$work/cli.tfrc" <<TFRC
provider_installation {
  dev_overrides { "remit/remit" = "$bin" }
  direct {}
}
TFRC
tf() {
  env -u AWS_PROFILE -u AWS_SESSION_TOKEN AWS_CONFIG_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true \
    AWS_ACCESS_KEY_ID=AKIA123456789012FAKE AWS_SECRET_ACCESS_KEY=fake TF_VAR_cloud="$url" REMIT_UNREADABLE=record \
    TF_CLI_CONFIG_FILE="$work/cli.tfrc" TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1 "$cli" -chdir="$work/governance" "$@"
}
apply() { tf apply -auto-approve -input=false -compact-warnings -no-color > apply.log 2>&1 || { cat apply.log >&2; exit 1; }; }

# The same governance as in the quickstart.
cp -R "$root/examples/quickstart/governance" "$work/governance"
cd "$work"
"$bin/fake-cloud" serve --seed "$root/examples/quickstart/cloud.json" > cloud.url &
cloud=$!
until [ -s cloud.url ]; do kill -0 "$cloud" || die 'fake-cloud did not start'; sleep 0.1; done
url=$(cat cloud.url)
say 'Applying the governance'
apply
grep -E '^Apply complete' apply.log
tf output -raw governance_lock > governance.lock.json

# What a scheduled run does: look, judge, remember. It needs credentials that may read, and writes neither state nor cloud.
# The hours are made up, so that the dates in the example mean the same every day.
run() { # hour, name, expected exit code, further arguments
  local code=0 now=2026-12-01T$1:00:00Z name=$2 expected=$3
  shift 3
  say "plancheck drift: $name"
  tf plan -refresh-only -out=refresh.tfplan -input=false -no-color > refresh.log 2>&1 || { cat refresh.log >&2; exit 1; }
  tf show -json refresh.tfplan > refresh.json
  "$bin/plancheck" drift --plan refresh.json --governance governance.lock.json --now "$now" --max-age 3650d \
    --output json=report.json --issues issues "$@" || code=$?
  mv report.json last.json
  [ "$code" -eq "$expected" ] || die "exit code $code, but $expected was expected"
  echo "exit code $code, as expected; the issue: $(sed -n 's/.*"todo": "\([a-z]*\)".*/\1/p' issues/index.json | head -n 1)"
}
run 02 'right after the apply' 0

call() { "$bin/fake-cloud" call "$url" "$@"; }
policies=$(call organizations ListPolicies '{ "Filter": "SERVICE_CONTROL_POLICY" }')
policy=$(printf '%s' "$policies" | grep -o '"Id":"p-[^"]*","Name":"remit-support-agents-[^"]*"' | sed -n '1s/"Id":"\([^"]*\)".*/\1/p')
[ -n "$policy" ] || die 'the governance made no policy'

say 'An agent raises a cap and detaches a policy, by calls of its own'
call autoscaling UpdateAutoScalingGroup '{ "AutoScalingGroupName": "support-workers", "MaxSize": 200 }' > /dev/null
call organizations DetachPolicy "{ \"PolicyId\": \"$policy\", \"TargetId\": \"ou-abcd-12345678\" }" > /dev/null
sed "s/POLICY/$policy/" "$here/cloudtrail.json" > events.json
run 04 'the next run' 2 --previous last.json --cloudtrail events.json
run 05 'the one after that' 2 --previous last.json --cloudtrail events.json

say 'A person applies the governance again'
apply
run 06 'the last run' 0 --previous last.json

say 'Each run came out as expected.'
