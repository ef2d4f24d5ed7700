# The id is the approver's e-mail address. The next apply writes the declaration.
terraform import remit_approver.dana dana.reyes@example.com
