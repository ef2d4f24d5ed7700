# The id is the vendor default's id. The next apply writes the declaration.
terraform import remit_default_override.agent_guardrail aws-bedrock-agent-no-guardrail
