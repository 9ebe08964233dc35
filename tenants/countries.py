"""What a municipality starts with because of the country it lies in."""

from dataclasses import dataclass

from tenants.models import Municipality


@dataclass(frozen=True)
class CountryDefaults:
    """A country's language, money and clock."""

    language: str
    currency: str
    time_zone: str


DEFAULTS: dict[str, CountryDefaults] = {
    Municipality.Country.DENMARK: CountryDefaults("da", "DKK", "Europe/Copenhagen"),
    Municipality.Country.SWEDEN: CountryDefaults("sv", "SEK", "Europe/Stockholm"),
    Municipality.Country.FINLAND: CountryDefaults("fi", "EUR", "Europe/Helsinki"),
    # Our screens have no Norwegian yet; English is nobody's wrong language.
    Municipality.Country.NORWAY: CountryDefaults("en", "NOK", "Europe/Oslo"),
}
