resource "remit_approver" "dana" {
  name      = "Dana Reyes"
  email     = "dana.reyes@example.com"
  function  = "finance"
  keys      = ["sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIOwDa2R69x8unH2XjRrTFC6z/o0i5CJZILqep3fmHBTnAAAABHNzaDo= dana"]
  assurance = "touch_pin"

  # Who this is elsewhere: nobody approves a change that they wrote.
  identities = {
    github = "dreyes"
    aws    = "arn:aws:iam::123456789012:role/finance"
  }

  # How much new money this person may let in. Without this block: none.
  may_approve = {
    cost = { currency = "USD", period = "monthly", growth_up_to = 20000 }
  }

  valid_until = "2027-06-30"
}
