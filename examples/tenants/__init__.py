"""An API whose tenants add the domains of their own pages while it runs; see README.md here."""
