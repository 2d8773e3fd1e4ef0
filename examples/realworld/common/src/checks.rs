//! What is wrong with an input, all of it at once.

use crate::Problem;

/// Collects what is wrong.
#[derive(Debug, Default)]
#[must_use = "nothing is refused without `done`"]
pub struct Checks(Vec<String>);

impl Checks {
    /// A text that has to be there, and not blank.
    pub fn required(&mut self, name: &str, value: Option<String>, longest: usize) -> String {
        let value = value.unwrap_or_default();
        self.text(name, &value, longest);
        value
    }

    /// A text that may be left out, but not be blank.
    pub fn optional(
        &mut self,
        name: &str,
        value: Option<String>,
        longest: usize,
    ) -> Option<String> {
        if let Some(value) = &value {
            self.text(name, value, longest);
        }
        value
    }

    /// A text that may also be empty.
    pub fn free(&mut self, name: &str, value: Option<String>, longest: usize) -> Option<String> {
        if let Some(value) = &value {
            self.kept(name, value, longest);
        }
        value
    }

    /// Anything else.
    pub fn that(&mut self, holds: bool, message: impl FnOnce() -> String) {
        if !holds {
            self.0.push(message());
        }
    }

    /// The end: a problem that names everything, if there was anything.
    ///
    /// # Errors
    /// Something is wrong with the input.
    pub fn done(self) -> Result<(), Problem> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(Problem::Invalid(self.0)),
        }
    }

    fn text(&mut self, name: &str, value: &str, longest: usize) {
        self.that(!value.trim().is_empty(), || {
            format!("{name} can't be blank")
        });
        self.kept(name, value, longest);
    }

    /// Both databases can keep it.
    fn kept(&mut self, name: &str, value: &str, longest: usize) {
        let fits = value.chars().nth(longest).is_none();
        self.that(fits, || {
            format!("{name} is too long (at most {longest} characters)")
        });
        self.that(!value.contains('\0'), || {
            format!("{name} has a character that cannot be stored")
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_wrong_is_named() {
        let mut checks = Checks::default();
        checks.required("a", None, 3);
        checks.required("b", Some(" \t".to_string()), 3);
        checks.optional("c", Some("".to_string()), 3);
        checks.optional("d", None, 3);
        checks.optional("e", Some("fünf".to_string()), 3);
        checks.free("f", Some(String::new()), 3);
        checks.free("g", Some("\0".to_string()), 3);
        assert_eq!(checks.required("h", Some("drü".to_string()), 3), "drü");
        let Err(Problem::Invalid(messages)) = checks.done() else {
            panic!("nothing was refused");
        };
        assert_eq!(
            messages,
            [
                "a can't be blank",
                "b can't be blank",
                "c can't be blank",
                "e is too long (at most 3 characters)",
                "g has a character that cannot be stored",
            ]
        );
    }
}
