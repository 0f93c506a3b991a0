"""The way in: a source and a format become records, one at a time, so that memory stays flat.

    with Source(path) as source:
        for item in read_stations(source, load_format("afdc")):
            …  # Accepted, Rejected or Skipped

FileError (the file as a whole) may be raised at the start, or in the midst when the data breaks off.
"""

from collections.abc import Iterator

from portal.ingest.formats import Format
from portal.ingest.ocpi import read_locations
from portal.ingest.people import DriverItem, MemberItem, read_driver_rows, read_member_rows
from portal.ingest.rows import read_rows
from portal.ingest.source import Source
from portal.ingest.stations import StationItem, read_station_rows


def read_stations(source: Source, format_: Format) -> Iterator[StationItem]:
    """Stations of a CSV file or of OCPI Locations."""
    part = format_.part("stations")
    if format_.file.type == "ocpi":
        return read_locations(source, part.bounds)
    header, rows = read_rows(source, format_.file)
    return read_station_rows(rows, header, part, format_.file)


def read_drivers(source: Source, format_: Format) -> Iterator[DriverItem]:
    """Drivers of a CSV file."""
    part = format_.part("drivers")
    header, rows = read_rows(source, format_.file)
    return read_driver_rows(rows, header, part)


def read_members(source: Source, format_: Format) -> Iterator[MemberItem]:
    """Members of private networks of a CSV file."""
    part = format_.part("members")
    header, rows = read_rows(source, format_.file)
    return read_member_rows(rows, header, part, format_.file)
