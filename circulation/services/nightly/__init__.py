"""What's done every night in each municipality: holds, fees, courtesy notices, reminders and invoices."""

from circulation.services.nightly.night import due_nights, run_job, run_night
from circulation.services.nightly.start import start_job

__all__ = ["due_nights", "run_job", "run_night", "start_job"]
