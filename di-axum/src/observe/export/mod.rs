//! What is observed, as metrics: the same families for whoever reads them.
//!
//! [`Family`] is the model, [`families`] the list of what there is. Prometheus is answered from it as it is; the facade `metrics` is told what has
//! changed.

mod families;
mod family;
#[cfg(feature = "prometheus")]
pub(crate) mod prometheus;
#[cfg(feature = "metrics")]
pub(super) mod publisher;
#[cfg(feature = "metrics")]
mod told;

use self::{
    families::families,
    family::{Family, Kind, Value},
};
