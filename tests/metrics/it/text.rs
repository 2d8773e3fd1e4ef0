//! The text format, as far as tests read it. Whether it is one at all, Prometheus says.

use std::{
    collections::BTreeMap,
    io::Write as _,
    process::{Command, Stdio},
};

use crate::tools::program;

/// What a series has, written as in the text, its labels in order: `di_requests_in_flight{method="GET",route="/"}`.
pub(crate) fn value(text: &str, series: &str) -> Option<f64> {
    let values = text
        .lines()
        .filter_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    let values: Vec<&str> = values.collect();
    assert!(values.len() < 2, "{series} is there twice");
    values.first().map(|value| value.parse().expect("a number"))
}

/// The value of each series, whose labels are sorted and whose bounds are numbers.
pub(crate) fn series(text: &str) -> BTreeMap<String, f64> {
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    let read = |line: &str| {
        let (series, value) = line.rsplit_once(' ').expect("a value");
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        let labels = labels
            .trim_end_matches('}')
            .split("\",")
            .filter(|label| !label.is_empty());
        let mut labels: Vec<String> = labels
            .map(|label| {
                match label
                    .strip_prefix("le=\"")
                    .map(|bound| bound.trim_end_matches('"'))
                {
                    Some(bound) => format!("le={}", bound.parse::<f64>().expect("a bound")),
                    None => label.trim_end_matches('"').to_string(),
                }
            })
            .collect();
        labels.sort();
        let value = value.parse().expect("a number");
        (format!("{name} {}", labels.join(" ")), value)
    };
    let all: Vec<(String, f64)> = lines.map(read).collect();
    let by_name: BTreeMap<String, f64> = all.iter().cloned().collect();
    assert_eq!(all.len(), by_name.len(), "a series is there twice");
    by_name
}

/// Has promtool read it, which knows the format and the conventions for names.
pub(crate) fn check(text: &str) {
    let Some(promtool) = program("promtool") else {
        return;
    };
    let mut promtool = Command::new(promtool);
    promtool
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped());
    let mut running = promtool.stdout(Stdio::piped()).spawn().expect("it runs");
    let mut input = running.stdin.take().expect("it is piped");
    input.write_all(text.as_bytes()).expect("it reads");
    drop(input);
    let output = running.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.is_empty(), "{said}\n{text}");
}
