"""What's done every night in each municipality: holds, fees, courtesy notices, reminders and invoices."""

from circulation.rules.nights import Job
from circulation.services.nightly.night import due_nights, run_job, run_night
from circulation.services.nightly.start import start_job, take_job_back, try_now

# In the order of the night; `circulation.rules.nights.Job` has a label for each.
JOB_NAMES: tuple[str, ...] = tuple(Job.values)

__all__ = ["JOB_NAMES", "due_nights", "run_job", "run_night", "start_job", "take_job_back", "try_now"]
