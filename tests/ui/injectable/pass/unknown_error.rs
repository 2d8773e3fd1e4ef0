use di_axum::{container, injectable};

pub struct Report;
#[derive(Debug)]
pub struct ReportError;
impl std::fmt::Display for ReportError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("no report") }
}
impl std::error::Error for ReportError {}
#[injectable(singleton)]
fn report() -> Result<Report, ReportError> { Ok(Report) }

#[container(Report = report)]
pub struct App;

fn main() {}
