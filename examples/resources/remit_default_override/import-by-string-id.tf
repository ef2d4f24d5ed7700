import {
  to = remit_default_override.agent_guardrail
  id = "aws-bedrock-agent-no-guardrail"
}
