"""Makes table.csv from the package `holidays`. It is run by hand when the package knows new days; the program reads the table alone.

usage: python -m venv v && v/bin/pip install holidays==0.109 && v/bin/python make_table.py > table.csv"""

import itertools
import sys
import warnings

import holidays

YEARS = range(1990, 2051)
KNOWN_YEARS = {"IN": range(2001, 2036)}  # others lack days whose calendar the package does not know
COUNTRIES = ("AE AR AT AU BE BG BR CA CH CL CN CO CZ DE DK EE EG ES FI FR GB GR HK HR HU ID IE IL IN IS IT JP KE KR LT LU LV MA MX MY NG NL NO NZ "
             "PE PH PK PL PT RO RS RU SA SE SG SI SK TH TR TW UA US VN ZA").split()


def days_of(country, region=None):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of years that the package does not know
        return dict(holidays.country_holidays(country, subdiv=region, years=KNOWN_YEARS.get(country, YEARS), language="en_US").items())


def names_of(country):
    """(name, regions) -> days; no region: the whole country. The name of a day is that of the country, or of its first region."""
    everywhere = days_of(country)
    regions = {region: days_of(country, region) for region in holidays.list_supported_countries(include_aliases=False)[country]}
    entries = {}
    for day in sorted(set(everywhere).union(*regions.values())):
        where = () if day in everywhere else tuple(region for region in regions if day in regions[region])
        name = everywhere[day] if day in everywhere else regions[where[0]][day]
        entries.setdefault((name, where), []).append(day)
    return entries


def runs_of_years(years):
    """[1990, 1991, 1992, 1995] -> (1990, 1992), (1995, 1995)"""
    for _, run in itertools.groupby(enumerate(years), lambda numbered: numbered[1] - numbered[0]):
        run = [year for _, year in run]
        yield run[0], run[-1]


def text_of(days):
    by_date = {}
    for day in days: by_date.setdefault((day.month, day.day), []).append(day.year)
    parts = [(first, last, date) for date, years in by_date.items() for first, last in runs_of_years(years)]
    return " ".join((f"{first}..{last}" if last > first else f"{first}") + f"-{month:02}-{day:02}" for first, last, (month, day) in sorted(parts))


def main():
    print("country,name,regions,days")
    for country in COUNTRIES:
        for (name, regions), days in names_of(country).items():
            name = name.replace('"', "'")
            print(country, f'"{name}"' if "," in name else name, " ".join(region.replace(" ", "_") for region in regions), text_of(days), sep=",")
    print(f"holidays {holidays.__version__}", file=sys.stderr)


if __name__ == "__main__":
    main()
