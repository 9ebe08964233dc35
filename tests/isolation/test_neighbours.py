from django.db import connection

from holdings.models import Branch


def test_a_branch_of_alpha_is_not_in_beta(alpha, beta):
    Branch.objects.create(code="main", name="Main")

    connection.set_tenant(beta)

    assert Branch.objects.count() == 0
