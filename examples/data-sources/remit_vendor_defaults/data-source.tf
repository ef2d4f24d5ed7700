data "remit_vendor_defaults" "logging" {
  clouds     = ["aws"]
  dimensions = ["logging"]
  risks      = ["high", "critical"]
}

# A list to go through in the quarterly review.
output "to_review" {
  value = { for row in data.remit_vendor_defaults.logging.defaults : row.id => row.exposes }
}
