//! Dates and timestamps as ISO 8601 text, over the whole range that 64 bits of microseconds have.

use std::io::Write;

const DAY: i64 = 86_400_000_000;

/// Days from 1970-01-01 to a day of the Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The inverse of `days_from_civil`.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days - era * 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// What is left of a text that is being read.
struct Text<'a>(&'a [u8]);

impl Text<'_> {
    fn take(&mut self, sign: u8) -> bool {
        let found = self.0.first() == Some(&sign);
        if found {
            self.0 = &self.0[1..];
        }
        found
    }

    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.0 = rest;
        Some(digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0')))
    }

    /// `2026-01-04`, or a year of six digits or more with a sign.
    fn date(&mut self) -> Option<i64> {
        let year = match self.0.first()? {
            b'-' | b'+' => {
                let negative = self.take(b'-') || !self.take(b'+');
                let length = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let year = if (6..10).contains(&length) { self.digits(length)? } else { return None };
                if negative { -year } else { year }
            }
            _ => self.digits(4)?,
        };
        let month = self.take(b'-').then(|| self.digits(2))??;
        let day = self.take(b'-').then(|| self.digits(2))??;
        let exists = (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
        exists.then(|| days_from_civil(year, month, day))
    }

    /// `10:00`, `10:00:00` or `10:00:00.123456`, in microseconds.
    fn clock(&mut self) -> Option<i64> {
        let hour = self.digits(2)?;
        let minute = self.take(b':').then(|| self.digits(2))??;
        let second = if self.take(b':') { self.digits(2)? } else { 0 };
        let mut micros = 0;
        if self.take(b'.') {
            let length = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (fraction, rest) = self.0.split_at(length);
            self.0 = rest;
            let (kept, lost) = fraction.split_at(length.min(6));
            if length == 0 || lost.iter().any(|&digit| digit != b'0') {
                return None;
            }
            micros = kept.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
            micros *= 10i64.pow(6 - kept.len() as u32);
        }
        let exists = hour < 24 && minute < 60 && second < 60;
        exists.then(|| ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros)
    }

    /// `Z`, `+01:00` or `+0100`, in microseconds east of UTC.
    fn offset(&mut self) -> Option<i64> {
        if self.take(b'Z') || self.take(b'z') {
            return Some(0);
        }
        let west = self.take(b'-');
        if !west && !self.take(b'+') {
            return None;
        }
        let hours = self.digits(2)?;
        self.take(b':');
        let minutes = if self.0.is_empty() { 0 } else { self.digits(2)? };
        let micros = (hours * 60 + minutes) * 60_000_000;
        (hours < 24 && minutes < 60).then_some(if west { -micros } else { micros })
    }
}

/// Days since the epoch of `2026-01-04`.
pub(super) fn parse_date(text: &str) -> Option<i32> {
    let mut text = Text(text.as_bytes());
    let days = text.date()?;
    if text.0.is_empty() { i32::try_from(days).ok() } else { None }
}

/// Microseconds since the epoch of `2026-01-04T11:00:00+01:00`; without a zone, of `2026-01-04T10:00:00`.
pub(super) fn parse_timestamp(text: &str, zone: bool) -> Option<i64> {
    let mut text = Text(text.as_bytes());
    let days = text.date()?;
    if !(text.take(b'T') || text.take(b't') || text.take(b' ')) {
        return None;
    }
    let clock = text.clock()?;
    let offset = if zone { text.offset()? } else { 0 };
    if !text.0.is_empty() {
        return None;
    }
    let micros = i128::from(days) * i128::from(DAY) + i128::from(clock - offset);
    i64::try_from(micros).ok()
}

/// Writes days since the epoch as `2026-01-04`.
pub(super) fn write_date(days: i64, out: &mut Vec<u8>) {
    let (year, month, day) = civil_from_days(days);
    let written = if (0..=9999).contains(&year) {
        write!(out, "{year:04}-{month:02}-{day:02}")
    } else {
        write!(out, "{}{:06}-{month:02}-{day:02}", if year < 0 { '-' } else { '+' }, year.abs())
    };
    written.expect("memory takes what is written");
}

/// Writes a time of day as `10:30:00.5`; `per_second` says what its unit is.
pub(super) fn write_clock(value: i64, per_second: i64, out: &mut Vec<u8>) {
    let (seconds, fraction) = (value.div_euclid(per_second), value.rem_euclid(per_second));
    let written = write!(out, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    written.expect("memory takes what is written");
    if fraction != 0 {
        let width = per_second.ilog10() as usize;
        let digits = format!("{fraction:0width$}");
        out.push(b'.');
        out.extend_from_slice(digits.trim_end_matches('0').as_bytes());
    }
}

/// Writes a timestamp as `2026-01-04T10:00:00.5Z`, without the `Z` when it has no zone.
pub(super) fn write_timestamp(value: i64, per_second: i64, zone: bool, out: &mut Vec<u8>) {
    let day = 86_400 * per_second;
    write_date(value.div_euclid(day), out);
    out.push(b'T');
    write_clock(value.rem_euclid(day), per_second, out);
    if zone {
        out.push(b'Z');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timestamp(micros: i64, zone: bool) -> String {
        let mut out = Vec::new();
        write_timestamp(micros, 1_000_000, zone, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_day_of_eight_centuries_comes_back() {
        for days in -146_097..146_097 {
            let mut out = Vec::new();
            write_date(days, &mut out);
            assert_eq!(parse_date(std::str::from_utf8(&out).unwrap()), Some(days as i32));
        }
    }

    #[test]
    fn the_whole_range_comes_back() {
        for days in [i32::MIN, i32::MAX] {
            let mut out = Vec::new();
            write_date(days.into(), &mut out);
            assert_eq!(parse_date(std::str::from_utf8(&out).unwrap()), Some(days));
        }
        for micros in [i64::MIN, i64::MIN + 1, -1, 0, 1, 1_767_520_800_500_000, i64::MAX] {
            for zone in [true, false] {
                let text = timestamp(micros, zone);
                assert_eq!(parse_timestamp(&text, zone), Some(micros), "{text}");
            }
        }
        assert_eq!(timestamp(1_767_520_800_500_000, true), "2026-01-04T10:00:00.5Z");
        assert_eq!(timestamp(-1, false), "1969-12-31T23:59:59.999999");
    }

    #[test]
    fn offsets_are_applied_and_nothing_is_guessed() {
        let instant = parse_timestamp("2026-01-04T10:00:00Z", true);
        assert_eq!(parse_timestamp("2026-01-04T11:00:00+01:00", true), instant);
        assert_eq!(parse_timestamp("2026-01-04 08:30:00.000000000-0130", true), instant);
        for (text, zone) in [
            ("2026-01-04T10:00:00", true),
            ("2026-01-04T10:00:00Z", false),
            ("2026-02-29T10:00:00Z", true),
            ("2026-01-04T24:00:00Z", true),
            ("2026-01-04T10:00:00.0000001Z", true),
            ("2026-01-04", true),
            ("2026-01-04T10:00:00Zz", true),
            ("1767520800", true),
        ] {
            assert_eq!(parse_timestamp(text, zone), None, "{text}");
        }
        assert_eq!(parse_date("2024-02-29"), Some(19_782));
        assert_eq!(parse_date("2023-02-29"), None);
        assert_eq!(parse_date("2023-2-9"), None);
    }
}
