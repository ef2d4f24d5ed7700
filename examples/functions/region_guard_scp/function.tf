resource "remit_approver" "dana" {
  name     = "Dana Reyes"
  email    = "dana.reyes@example.com"
  function = "security"
  keys = [
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAAAABHNzaDo= dana",
  ]
  assurance = "touch_pin"
}

resource "remit_envelope" "support_agents" {
  name                = "support-agents"
  purpose             = "Customer-service orchestration"
  owner               = { name = "Mina Okafor", email = "mina.okafor@example.com" }
  scope               = { accounts = ["aws:123456789012"] }
  agents              = { principals = ["aws:arn:aws:iam::123456789012:role/agents/*"] }
  limits              = { regions = { allow = ["eu-west-1", "eu-central-1"] } }
  consent             = { approvers = [remit_approver.dana.record], quorum = { security = 1 } }
  deletion_protection = false
}

# For the team that attaches policies: the guard as a document, known at plan.
output "region_guard" {
  value = provider::remit::region_guard_scp(remit_envelope.support_agents.record)
}
