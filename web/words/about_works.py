"""Why a record is an edition of a work, in words for cataloguers."""

from django.utils.translation import gettext

from catalogue.rules.work_keys import TitleFrom, WorkFacts
from catalogue.selectors.works import Correction


def why_in_work(facts: WorkFacts, *, is_corrected: bool) -> list[str]:
    """Return the sentences for what a record's work is told by.

    :param is_corrected: what the fields say doesn't hold, for somebody said otherwise
    """
    if facts.title_from is TitleFrom.NONE:
        return [gettext("Its fields put it with no other: a magazine, or a volume without an author of its own.")]
    values = {"title": facts.title, "author": facts.author, "tag": facts.tag}
    if facts.title_from is TitleFrom.OWN:
        why = [gettext("By its own title, from field %(tag)s: %(title)s.") % values]
    elif facts.title_from is TitleFrom.UNIFORM:
        why = [gettext("By its uniform title, from field %(tag)s: %(title)s.") % values]
    else:
        why = [gettext("By its original title, from field %(tag)s: %(title)s.") % values]
    if facts.author:
        why.append(gettext("By its author: %(author)s.") % values)
    elif facts.more:
        why.append(
            gettext("Without an author, by its subtitle and first contributor: %(more)s.") % {"more": facts.more}
        )
    if facts.part:
        why.append(gettext("By its part: %(part)s.") % {"part": facts.part})
    if is_corrected:
        why.append(gettext("Somebody has said otherwise, and that holds."))
    return why


def what_was_said(said: Correction) -> str:
    """Return what somebody said by hand of a record's work."""
    if said.same_as is None:
        return gettext("No edition of the same work")
    if said.is_hidden:
        return gettext("Somebody has said otherwise, and that holds.")
    values = {"number": said.same_as.control_number, "title": said.same_as.title}
    if said.key:
        return gettext("With its other editions the same work as %(number)s, %(title)s") % values
    return gettext("The same work as %(number)s, %(title)s") % values
