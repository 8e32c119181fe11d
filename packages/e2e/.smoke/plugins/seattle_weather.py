"""A reader that goes on where the last run ended: the weather of Seattle, day by day."""

import csv
import os
from datetime import date
from decimal import Decimal

from dativo_ingest import BaseReader, Page


class SeattleWeather(BaseReader):
    # Later runs read what is new and add to the target.
    incremental = True

    def extract(self, state_manager=None):
        since = state_manager.get(default="") if state_manager else ""
        with open(self.source_config.connection["path"], newline="") as file:
            days = [day for day in csv.DictReader(file) if day["date"] > since]
        until = os.environ.get("UNTIL", "9999")
        days = [day for day in days if day["date"] <= until]
        for start in range(0, len(days), 500):
            page = days[start : start + 500]
            # A position promises that every day up to it was yielded.
            yield Page([record(day) for day in page], position=page[-1]["date"])


def record(day):
    return {
        "day": date.fromisoformat(day["date"]),
        "precipitation": Decimal(day["precipitation"]),
        "temp_max": float(day["temp_max"]),
        "weather": day["weather"],
    }
