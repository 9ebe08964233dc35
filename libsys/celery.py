"""The Celery app: background work and the clock that starts it."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init

from common.garbage import look_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "libsys.settings")

app = Celery("libsys")
app.config_from_object("django.conf:settings", namespace="CELERY")
# A web server's other threads would otherwise get an app without settings, which looks for another kind of broker.
app.set_default()
app.autodiscover_tasks()
app.conf.beat_schedule = {
    # Each municipality's night comes in its own time zone, so the clock looks often and starts what's due.
    "nights": {"task": "circulation.tasks.start_nights_that_are_due", "schedule": 300.0},
    "send-notices": {"task": "notices.tasks.start_sending", "schedule": 60.0},
    # At an hour when few people log in, anywhere in the country.
    "clear-sessions": {
        "task": "accounts.tasks.start_clearing_sessions",
        "schedule": crontab(day_of_week="sunday", hour="4", minute="40"),
    },
    # Changes announce themselves; this finds what an announcement missed.
    "follow-change-feed": {"task": "catalogue.tasks.follow_change_feed", "schedule": 10.0},
    # At night by each municipality's own clock.
    "harvests": {"task": "catalogue.tasks.start_harvests", "schedule": 300.0},
    "follow-headings": {"task": "catalogue.tasks.follow_headings", "schedule": 20.0},
    "give-old-records-keys": {"task": "catalogue.tasks.give_old_records_keys", "schedule": 60.0},
}


@worker_init.connect(weak=False)
def _look_seldom(**_signal: Any) -> None:
    """Before its processes come to be, so that they have in common what was read."""
    look_seldom()
