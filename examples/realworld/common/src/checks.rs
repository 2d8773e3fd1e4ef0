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
            self.that(fits(value, longest), || too_long(name, longest));
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
        self.that(fits(value, longest), || too_long(name, longest));
    }
}

fn fits(value: &str, longest: usize) -> bool {
    value.chars().nth(longest).is_none()
}

fn too_long(name: &str, longest: usize) -> String {
    format!("{name} is too long (at most {longest} characters)")
}
