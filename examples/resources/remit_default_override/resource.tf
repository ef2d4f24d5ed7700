# A vendor default from the catalogue, decided by us: with a value, a reason and an owner.
resource "remit_default_override" "agent_guardrail" {
  default     = "aws-bedrock-agent-no-guardrail"
  decision    = "override"
  value       = jsonencode({ guardrail_configuration = "required" })
  reason      = "Prompts carry customer data"
  owner       = { name = "Lee Park", email = "lee.park@example.com" }
  regulations = ["GDPR", "SOC 2"]
  ticket      = "CHG-4471"
  review      = { every = "quarter", due = "2027-02-28" }
}

# A default kept on purpose is a decision too.
resource "remit_default_override" "idle_session" {
  default  = "aws-bedrock-agent-idle-session-ttl"
  decision = "accept"
  reason   = "Support conversations rarely pause for longer"
  owner    = { name = "Lee Park", email = "lee.park@example.com" }
  review   = { every = "year", due = "2027-06-30" }
}
