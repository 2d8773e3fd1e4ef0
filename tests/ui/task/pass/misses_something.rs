use di_axum::{Tasks, container, injectable, task};

#[injectable(singleton)]
pub struct Mailer;

#[task]
async fn welcome(_job: u8, mailer: &Mailer) {
    let _ = mailer;
}

#[container(Mailer, Tasks<u8> = welcome)]
pub struct App;

fn main() {}
