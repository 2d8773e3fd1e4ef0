//! Other attributes on the same item, before ours and after.

use std::sync::Arc;

use axum::{Router, routing::get};
use di_axum::{Injectable, container, handler, injectable};
use di_fixture_attribute::first;
use serde::Serialize;

use crate::support::{Log, text};

#[first]
#[derive(Debug)]
#[injectable(singleton)]
#[derive(Clone, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[must_use]
struct Theme {
    #[inject(value = "dark")]
    #[serde(rename = "shade")]
    name: &'static str,
}

#[derive(Injectable, Serialize)]
#[injectable(request)]
#[serde(transparent)]
struct Page<'r> {
    theme: &'r Theme,
}

struct Font(&'static str);

#[first(log.note("font begun");)]
#[injectable(request)]
#[first(log.note("font inside");)]
#[must_use]
fn font(log: &Log) -> Font {
    Font("serif")
}

#[container(Theme, Page<'_>, Font = font)]
struct Attributes {
    log: Arc<Log>,
}

#[first(log.note("begun");)]
#[rustfmt::skip]
#[handler]
#[allow(clippy::let_and_return, reason = "shows that the attribute stays with the fn")]
#[first(log.note("inside");)]
async fn attributes(log: &Log, page: &Page<'_>, Font(font): &Font) -> String {
    let answer = format!("{} {font}", serde_json::to_string(page).expect("a struct of strings"));
    answer
}

#[tokio::test]
async fn other_attributes_stay_on_the_item() {
    let log = Log::new();
    let app = Attributes::build(log.clone()).await.expect("nothing fails");
    let router = Router::new().route("/", get(attributes)).with_state(app);
    assert_eq!(text(&router, "/").await, r#"{"shade":"dark"} serif"#);
    // What stands below our macro is expanded after it, and so ends up in front.
    assert_eq!(log.take(), ["font inside", "font begun", "inside", "begun"]);
}
