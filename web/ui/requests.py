"""A request as every page gets it."""

from django_htmx.middleware import HtmxDetails

from tenants.requests import MunicipalityRequest


class PageRequest(MunicipalityRequest):
    """A request for a page or a part of one.

    :ivar htmx: whether a part is asked for, and which; falsy for a whole page
    :ivar kept_filters: the names of the filters that the page's list keeps
    :ivar ordered_lists: the names of the page's lists whose order can be chosen
    """

    htmx: HtmxDetails
    kept_filters: tuple[str, ...]
    ordered_lists: tuple[str, ...]
