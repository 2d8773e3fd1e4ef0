//! Timestamps as the API writes them: ISO 8601 in UTC, with milliseconds and a Z.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

/// Milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(i64);

impl Moment {
    pub(crate) fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let milliseconds = since.expect("after 1970").as_millis();
        Self(i64::try_from(milliseconds).expect("before the year 292278994"))
    }

    /// The moment of a text like `2016-02-18T03:22:56.637Z`, and of none that differs in form.
    #[track_caller]
    pub(crate) fn of(value: &Value) -> Self {
        let text = value.as_str().unwrap_or_else(|| panic!("no text: {value}"));
        let form: String = text
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect();
        assert_eq!(form, "0000-00-00T00:00:00.000Z", "{text}");
        let part = |from: usize, to: usize| text[from..to].parse::<i64>().expect("digits");
        let days = days_since_1970(part(0, 4), part(5, 7), part(8, 10));
        let seconds = (days * 24 + part(11, 13)) * 3600 + part(14, 16) * 60 + part(17, 19);
        Self(seconds * 1000 + part(20, 23))
    }
}

/// The algorithm is Howard Hinnant's `days_from_civil`, for years after 0:
/// <https://howardhinnant.github.io/date_algorithms.html#days_from_civil>.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[test]
fn a_moment_is_read_to_the_millisecond() {
    let moment = Moment::of(&Value::from("2016-02-29T23:59:59.637Z"));
    assert_eq!(moment, Moment(1_456_790_399_637));
}
