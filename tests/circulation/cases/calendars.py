"""Calendars of branches, as the cases tell of them."""

from datetime import date, time

from holdings.models import CalendarDay, OpeningHours, YearlyClosedDay

MONDAY_TO_FRIDAY = range(5)
EVERY_DAY = range(7)


def open_on(branch, weekdays, *, closed=(), opened=(), yearly=(), hours=(time(10), time(20))):
    """Open a branch on these weekdays, but not on the closed days; on the opened ones whatever the week says."""
    for model in (OpeningHours, CalendarDay, YearlyClosedDay):
        model.objects.filter(branch=branch).delete()
    for weekday in weekdays:
        OpeningHours.objects.create(branch=branch, weekday=weekday, opens=hours[0], closes=hours[1])
    for month, day in yearly:
        YearlyClosedDay.objects.create(branch=branch, month=month, day=day)
    for day, is_open in [*((day, False) for day in closed), *((day, True) for day in opened)]:
        CalendarDay.objects.create(branch=branch, date=day, is_open=is_open)


def open_as_mpl(branch):
    """Close a branch at weekends, at New Year and Christmas, and on two single days; open one Sunday."""
    open_on(
        branch,
        MONDAY_TO_FRIDAY,
        closed=[date(2011, 6, 1), date(2012, 7, 4)],
        opened=[date(2012, 11, 11)],
        yearly=[(1, 1), (12, 25)],
    )
