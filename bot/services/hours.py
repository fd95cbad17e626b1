"""Working hours of the services, with public holidays and 调休 working days from a calendar file."""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

import yaml

# How far ahead the next opening is looked for: longer than the longest holiday.
_DAYS_AHEAD = 30
_WEEKDAYS = "一二三四五六日"


class HoursError(Exception):
    """The files of working hours can't be read; the message says which and why."""


@dataclass(frozen=True)
class Schedule:
    """When a service is open: on ``days`` (ISO weekdays 1–7), or always."""

    always: bool
    days: frozenset[int]
    times: tuple[tuple[dt.time, dt.time], ...]

    def __str__(self) -> str:
        if self.always:
            return "全天 24 小时"
        days = "、".join(f"周{_WEEKDAYS[day - 1]}" for day in sorted(self.days))
        if self.days == frozenset(range(1, 6)):
            days = "工作日"
        return f"{days} {'、'.join(f'{start:%H:%M}–{end:%H:%M}' for start, end in self.times)}"


class WorkingHours:
    """Answers whether a service is open, and when it opens next."""

    def __init__(self, folder: Path) -> None:
        content = _read(folder / "hours.yml")
        calendar = _read(folder / "calendar.yml")
        try:
            self._schedules = {service: _schedule(entry) for service, entry in content["services"].items()}
            self._default = self._schedules["default"]
            self._holidays = frozenset(calendar["holidays"])
            self._workdays = frozenset(calendar["workdays"])
        except (KeyError, TypeError, ValueError) as error:
            raise HoursError(f"{folder} 里的 hours.yml 或 calendar.yml 格式不对：{error}") from error

    def schedule(self, service_type: str) -> Schedule:
        """The schedule of a service, or the default one."""
        return self._schedules.get(service_type, self._default)

    def is_workday(self, day: dt.date) -> bool:
        """Whether people work on ``day``: weekdays but for holidays, and the weekend days worked in exchange 调休."""
        return day in self._workdays or (day.isoweekday() <= 5 and day not in self._holidays)

    def is_open(self, service_type: str, moment: dt.datetime) -> bool:
        """Whether the service is open at ``moment``."""
        schedule = self.schedule(service_type)
        return schedule.always or any(
            start <= moment < end for start, end in self._openings(schedule, moment.date())
        )

    def next_opening(self, service_type: str, moment: dt.datetime) -> Optional[dt.datetime]:
        """When the service opens next after ``moment``; ``None`` when it is always open."""
        schedule = self.schedule(service_type)
        if schedule.always:
            return None
        for ahead in range(_DAYS_AHEAD):
            for start, _end in self._openings(schedule, moment.date() + dt.timedelta(days=ahead)):
                if start > moment:
                    return start
        return None

    def _openings(self, schedule: Schedule, day: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
        weekend_service = bool(schedule.days & {6, 7})
        works = day in self._workdays or (
            day.isoweekday() in schedule.days and (weekend_service or self.is_workday(day))
        )
        if not works:
            return []
        return [(dt.datetime.combine(day, start), dt.datetime.combine(day, end)) for start, end in schedule.times]


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise HoursError(f"{path} 读不出来：{error}") from error


def _schedule(entry: dict[str, Any]) -> Schedule:
    if entry.get("always"):
        return Schedule(True, frozenset(range(1, 8)), ())
    times = tuple((_time(start), _time(end)) for start, end in (span.split("-") for span in entry["times"]))
    return Schedule(False, frozenset(entry["days"]), times)


def _time(text: str) -> dt.time:
    return dt.time.fromisoformat(text.strip())
