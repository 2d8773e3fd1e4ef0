//! What is built for nothing, is slow, blocks, or does not end: each by name, with the edge that causes it. `search` finds them.

use std::{fmt, time::Duration};

/// From when on something is worth a finding.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Thresholds {
    /// A poll of a future.
    pub(crate) slow_poll: Duration,
    /// The construction of a singleton at the start.
    pub(crate) slow_start: Duration,
    /// The age of a job, or of an open scope.
    pub(crate) overdue: Duration,
}

impl Thresholds {
    /// That of a poll, in nanoseconds.
    pub(super) fn slow_poll_nanos(self) -> u64 {
        self.slow_poll.as_nanos().try_into().unwrap_or(u64::MAX)
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            slow_poll: Duration::from_millis(10),
            slow_start: Duration::from_millis(500),
            overdue: Duration::from_secs(60),
        }
    }
}

/// What a [`Finding`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FindingKind {
    /// A transient that is built more than once for a request, on average.
    Redundant,
    /// A request-scoped value that is built, and that the handler does not read.
    Unread,
    /// A singleton that makes the start slow; see [`Builder::slow_start`](crate::Builder::slow_start).
    SlowStart,
    /// What keeps its thread; see [`Builder::slow_poll`](crate::Builder::slow_poll).
    Blocking,
    /// A job that does not end; see [`Builder::overdue`](crate::Builder::overdue).
    OverdueTask,
    /// A scope that does not end; the same.
    OverdueScope,
}

impl FindingKind {
    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Redundant => "built more than once a request",
            Self::Unread => "built and not read",
            Self::SlowStart => "slow at the start",
            Self::Blocking => "keeps its thread",
            Self::OverdueTask => "a job that does not end",
            Self::OverdueScope => "a scope that does not end",
        }
    }
}

/// Something that costs time or memory for nothing, and what to do about it: what [`Display`](fmt::Display) writes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is about.
    pub kind: FindingKind,
    /// What it is: the name of a node, handler or task, or what a scope is for.
    pub what: String,
    /// Its place in [`Graph::nodes`](crate::Graph::nodes), where it has one.
    pub row: Option<usize>,
    /// What causes it: who asks for it.
    pub edges: Vec<Cause>,
    /// In sentences.
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An edge that causes something: `orders(stamp: Stamp)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cause {
    /// Who asks.
    pub from: &'static str,
    /// Its place in [`Graph::nodes`](crate::Graph::nodes); none of a handler that is not listed.
    pub row: Option<usize>,
    /// The parameter or field; none of a binding.
    pub param: Option<&'static str>,
    /// What it asks for.
    pub to: &'static str,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.param {
            Some(param) => write!(f, "`{}({param}: {})`", self.from, self.to),
            None => write!(f, "`{}`, bound to `{}`", self.from, self.to),
        }
    }
}
