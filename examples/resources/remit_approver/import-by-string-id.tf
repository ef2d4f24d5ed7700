import {
  to = remit_approver.dana
  id = "dana.reyes@example.com"
}
