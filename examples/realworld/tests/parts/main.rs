//! The application with other parts in the place of some of its own, its handlers without it, and its task.

mod announced;
mod by_hand;
mod replaced;
mod support;
