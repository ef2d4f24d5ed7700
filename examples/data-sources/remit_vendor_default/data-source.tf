data "remit_vendor_default" "guardrail" {
  id = "aws-bedrock-agent-no-guardrail"
}

# What you carry while nobody decides otherwise.
output "exposes" {
  value = data.remit_vendor_default.guardrail.exposes
}
