"""Signing on at an identity provider by OpenID Connect: authorization code with PKCE, and a signed answer.

`provider` reads what a provider says of itself, `flow` sends somebody there and reads the answer, `claims` reads what
the answer says of her. Whose account that is, the rooms above know.
"""
