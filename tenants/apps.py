"""Municipalities, their hosts and schemas, and what the consortium agrees on."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """Names the app."""

    name = "tenants"
