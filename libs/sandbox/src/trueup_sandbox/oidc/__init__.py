"""An OpenID issuer for development: code flow with PKCE, a login page without passwords, RS256 tokens."""
