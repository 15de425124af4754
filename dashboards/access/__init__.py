"""Who may look: logins at an OpenID Connect provider, and the grants that say what each sees."""
