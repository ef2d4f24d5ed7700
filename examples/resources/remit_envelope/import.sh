# The id is the envelope's name. Import registers the name, unapproved; the next apply writes the declaration.
terraform import remit_envelope.support_agents support-agents
