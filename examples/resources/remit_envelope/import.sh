# The id is the envelope's name. Import registers the name, unapproved; the next apply writes the declaration.
terraform import remit_envelope.support_agents support-agents

# With the account that its controls are in, policies, budget and action come along, found by their names. Caps are found by the next apply.
terraform import remit_envelope.support_agents aws:123456789012/support-agents
