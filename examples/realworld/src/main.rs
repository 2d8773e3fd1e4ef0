//! Serves the API until ctrl-c or SIGTERM. See the README beside this for the variables that it reads.

use std::{error::Error, io};

use realworld::{App, Settings, router};
use tokio::net::TcpListener;
use tracing_subscriber::{EnvFilter, filter::LevelFilter};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let levels = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into());
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_env_filter(levels.from_env_lossy())
        .init();
    let settings = Settings::from_env()?;
    let app = App::build(settings.database, settings.secret).await?;
    let listener = TcpListener::bind(settings.address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    di_axum::serve(listener, router(app.clone()), app).await?;
    Ok(())
}
