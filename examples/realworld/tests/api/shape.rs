//! What each answer looks like, field by field, and nothing more than the fields.

use serde_json::Value;

use crate::moment::Moment;

/// Checks an answer: that of a success by what it holds, that of a failure as an error.
#[track_caller]
pub(crate) fn check(status: u16, body: &Value) {
    match status {
        200 | 201 => success(body),
        204 => assert_eq!(*body, Value::Null, "204 is without a body"),
        // The specification leaves the body of a 401 open.
        401 if body.is_null() => {}
        _ => error(body),
    }
}

/// What went wrong, in words.
#[track_caller]
fn error(body: &Value) {
    keys(body, &["errors"]);
    keys(&body["errors"], &["body"]);
    let words = list(&body["errors"]["body"]);
    assert!(!words.is_empty(), "no words: {body}");
    for word in words {
        assert!(!text(word).trim().is_empty(), "an empty word: {body}");
    }
}

#[track_caller]
fn success(body: &Value) {
    let object = body.as_object().unwrap_or_else(|| panic!("{body}"));
    let names: Vec<&str> = object.keys().map(String::as_str).collect();
    match names[..] {
        ["user"] => user(&body["user"]),
        ["profile"] => profile(&body["profile"]),
        ["article"] => article(&body["article"], &["body"]),
        ["articles", "articlesCount"] => {
            list(&body["articles"])
                .iter()
                .for_each(|one| article(one, &[]));
            let all = number(&body["articlesCount"]);
            assert!(all >= list(&body["articles"]).len() as u64, "{body}");
        }
        ["comment"] => comment(&body["comment"]),
        ["comments"] => list(&body["comments"]).iter().for_each(comment),
        ["tags"] => texts(&body["tags"]),
        _ => panic!("none of the answers: {body}"),
    }
}

#[track_caller]
fn user(user: &Value) {
    keys(user, &["bio", "email", "image", "token", "username"]);
    text(&user["email"]);
    text(&user["username"]);
    let token = text(&user["token"]);
    assert_eq!(token.split('.').count(), 3, "no token: {token}");
    optional_text(&user["bio"]);
    optional_text(&user["image"]);
}

#[track_caller]
fn profile(profile: &Value) {
    keys(profile, &["bio", "following", "image", "username"]);
    text(&profile["username"]);
    optional_text(&profile["bio"]);
    optional_text(&profile["image"]);
    boolean(&profile["following"]);
}

/// An article; alone it has a body, in a list it has none.
#[track_caller]
fn article(article: &Value, more: &[&str]) {
    let listed = [
        "author",
        "createdAt",
        "description",
        "favorited",
        "favoritesCount",
        "slug",
        "tagList",
        "title",
        "updatedAt",
    ];
    keys(article, &[&listed, more].concat());
    for name in ["title", "description", "slug"].iter().chain(more) {
        assert!(!text(&article[name]).is_empty(), "{name}: {article}");
    }
    texts(&article["tagList"]);
    boolean(&article["favorited"]);
    number(&article["favoritesCount"]);
    moments(article);
    profile(&article["author"]);
}

#[track_caller]
fn comment(comment: &Value) {
    keys(comment, &["author", "body", "createdAt", "id", "updatedAt"]);
    // A script in a browser reads it as an `f64`.
    assert!(number(&comment["id"]) < 1 << 53, "{comment}");
    text(&comment["body"]);
    moments(comment);
    profile(&comment["author"]);
}

#[track_caller]
fn moments(value: &Value) {
    let (created, updated) = (
        Moment::of(&value["createdAt"]),
        Moment::of(&value["updatedAt"]),
    );
    assert!(created <= updated, "{value}");
    assert!(updated <= Moment::now(), "{value}");
}

/// Exactly these fields.
#[track_caller]
fn keys(value: &Value, expected: &[&str]) {
    let object = value
        .as_object()
        .unwrap_or_else(|| panic!("no object: {value}"));
    let mut names: Vec<&str> = object.keys().map(String::as_str).collect();
    let mut expected = expected.to_vec();
    names.sort_unstable();
    expected.sort_unstable();
    assert_eq!(names, expected, "{value}");
}

#[track_caller]
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

#[track_caller]
pub(crate) fn number(value: &Value) -> u64 {
    value
        .as_u64()
        .unwrap_or_else(|| panic!("no number: {value}"))
}

#[track_caller]
pub(crate) fn list(value: &Value) -> &[Value] {
    value
        .as_array()
        .unwrap_or_else(|| panic!("no list: {value}"))
}

#[track_caller]
fn texts(value: &Value) {
    for one in list(value) {
        assert!(one.is_string(), "not only texts: {value}");
    }
}

/// A text that is not there is null; an empty one is as good.
#[track_caller]
pub(crate) fn optional_text(value: &Value) -> &str {
    if value.is_null() { "" } else { text(value) }
}

#[track_caller]
fn boolean(value: &Value) {
    assert!(value.is_boolean(), "neither true nor false: {value}");
}
