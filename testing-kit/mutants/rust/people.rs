//! What the readers read: records of two objects, the same each time.

use crate::json::quoted;

pub const OBJECTS: [&str; 2] = ["people", "teams"];
pub const BATCH: usize = 4;

pub struct Person {
    pub id: i64,
    pub name: String,
    pub score: f64,
    pub team: Option<&'static str>,
    /// Microseconds since 1970.
    pub updated_at: i64,
}

/// All records of an object, in order; none for an object that does not exist.
pub fn records(object: &str) -> Vec<Person> {
    let (count, from) = match object {
        "people" => (42, 1000),
        "teams" => (10, 5000),
        _ => return Vec::new(),
    };
    (0..count)
        .map(|index| {
            let id = from + index * 7;
            Person {
                id,
                name: format!("Person {id}"),
                score: id as f64 * 1.25 + 0.5,
                team: [Some("blue"), Some("green"), None, Some("red")][index as usize % 4],
                updated_at: 1_767_520_800_000_000 + index * 90_000_000,
            }
        })
        .collect()
}

/// Records as a JSON array.
pub fn as_json(people: &[Person]) -> String {
    let records = people.iter().map(|person| {
        let team = person.team.map_or("null".to_string(), quoted);
        format!(
            "{{\"id\":{},\"name\":{},\"score\":{:?},\"team\":{team},\"updated_at\":\"{}\"}}",
            person.id,
            quoted(&person.name),
            person.score,
            instant(person.updated_at)
        )
    });
    format!("[{}]", records.collect::<Vec<_>>().join(","))
}

/// Microseconds since 1970 as ISO 8601 in UTC.
pub fn instant(micros: i64) -> String {
    let (seconds, fraction) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let of_day = seconds.rem_euclid(86_400);
    let clock = format!("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{}T{clock}.{fraction:06}Z", date(seconds.div_euclid(86_400)))
}

/// Days since 1970 as a date of the proleptic Gregorian calendar.
pub fn date(days: i64) -> String {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}
