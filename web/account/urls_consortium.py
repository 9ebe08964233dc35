"""Addresses of staff accounts on the consortium's host, where there's no desk and so no branch and no keys."""

from web.account import urls

app_name = "account"
urlpatterns = [each for each in urls.urlpatterns if each.name not in urls.OF_THE_DESK]
