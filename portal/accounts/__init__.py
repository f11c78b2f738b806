"""Users, organisations (the tenants), memberships, invitations, audit."""
