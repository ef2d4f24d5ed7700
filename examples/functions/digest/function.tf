# The spelling of the JSON text does not matter, its meaning does.
output "same" {
  value = provider::remit::digest("{\"a\": 1, \"b\": 2}") == provider::remit::digest(jsonencode({ b = 2, a = 1 }))
}
