resource "remit_approver" "dana" {
  name        = "Dana Reyes"
  email       = "dana.reyes@example.com"
  function    = "finance"
  keys        = ["sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIOwDa2R69x8unH2XjRrTFC6z/o0i5CJZILqep3fmHBTnAAAABHNzaDo= dana"]
  assurance   = "touch_pin"
  valid_until = "2027-06-30"
}

resource "remit_envelope" "support_agents" {
  name    = "support-agents"
  purpose = "Customer-service orchestration"
  owner   = { name = "Mina Okafor", email = "mina.okafor@example.com" }
  scope   = { tags = { workload = "support-agents" } }
  limits  = { capacity = { instances = { ceiling = 20, authorize_above = 12 } } }
  consent = { approvers = [remit_approver.dana.record], quorum = { finance = 1 } }
  review  = { every = "quarter", due = "2027-02-28" }
}

# Every declaration that the envelope refers to has to be among the records.
data "remit_governance_lock" "this" {
  records = [remit_approver.dana.record, remit_envelope.support_agents.record]
}

# terraform output -raw governance_lock > governance.lock.json
output "governance_lock" {
  value = data.remit_governance_lock.this.json
}
