//! Nothing: this package holds tests, in `it/`.
