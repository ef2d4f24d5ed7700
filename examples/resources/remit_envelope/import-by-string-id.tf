import {
  to = remit_envelope.support_agents
  id = "support-agents"
}
