//! The names of articles in addresses.

/// The last segment of `/articles/feed`, which is no article.
const FEED: &str = "feed";

/// Letters and digits of the title, of any script, in lower case, with hyphens between words.
pub fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let slug = words.join("-").to_lowercase();
    match slug.as_str() {
        "" => "untitled".to_string(),
        FEED => format!("the-{FEED}"),
        _ => slug,
    }
}

/// The slug of an article whose title another one has, too: with something of its own, the id in as few characters as are usual.
pub(crate) fn slug_of_its_own(title: &str, id: i64) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut own = Vec::new();
    let mut rest = id.unsigned_abs();
    while rest > 0 || own.is_empty() {
        own.push(char::from(DIGITS[(rest % 36) as usize]));
        rest /= 36;
    }
    let own: String = own.into_iter().rev().collect();
    format!("{}-{own}", slug(title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_of_the_titles_words() {
        for (title, expected) in [
            ("How to train your dragon", "how-to-train-your-dragon"),
            ("  C++ & Rust -- again! ", "c-rust-again"),
            ("Ünïcode 漢字", "ünïcode-漢字"),
            ("?!", "untitled"),
            ("Feed", "the-feed"),
        ] {
            assert_eq!(slug(title), expected);
        }
        assert_eq!(slug_of_its_own("A b", 36 * 36 + 35), "a-b-10z");
        assert_eq!(slug_of_its_own("A b", 0), "a-b-0");
    }
}
