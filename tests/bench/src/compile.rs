//! What the compiler takes for a container: generated apps of growing size, checked and built alone, next to the same
//! app wired by hand.
//!
//! Times are of cargo for that one crate, the better of two runs; what it depends on is built before. Beside the clock's
//! stands the processor time of cargo and rustc, which says more when the machine does other things too; growth is
//! computed from that. Not incremental, but for the last columns: a check after one node got another dependency.
//!
//! Processor time comes from `/proc/self/stat`, and memory is rustc's `VmHWM` in `/proc`, read every few milliseconds
//! until rustc ends. Without a `/proc` both are 0, and growth is not known.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::generate::{Shape, Side};

const SIZES: [usize; 4] = [50, 200, 400, 1000];
const HANDLERS: usize = 100;

/// What one cargo command took.
#[derive(Clone, Copy)]
struct Cost {
    seconds: f64,
    processor: f64,
    megabytes: f64,
}

impl Cost {
    fn least(self, other: Self) -> Self {
        Self {
            seconds: self.seconds.min(other.seconds),
            processor: self.processor.min(other.processor),
            megabytes: self.megabytes.min(other.megabytes),
        }
    }
}

/// The figures of one app.
struct Row {
    nodes: usize,
    check: Cost,
    build: Cost,
    recheck: Cost,
}

/// Measures every size on both sides, and prints a table.
///
/// # Errors
/// If files cannot be written, or if cargo fails; its messages go to standard error.
pub fn compile() -> io::Result<()> {
    println!(
        "{:<8}{:>6}{:>9}{:>7}{:>5}{:>9}{:>7}{:>5}{:>11}{:>7}",
        "side", "nodes", "check s", "cpu", "MB", "build s", "cpu", "MB", "re-check s", "cpu"
    );
    let hand = measure(Side::Hand)?;
    let container = measure(Side::Container)?;
    for (side, rows) in [(Side::Hand, &hand), (Side::Container, &container)] {
        let (check, build) = (
            exponent(rows, |row| row.check.processor),
            exponent(rows, |row| row.build.processor),
        );
        println!(
            "{}: grows with the power of nodes {check:.2} (check), {build:.2} (build)",
            side.name()
        );
    }
    let last = container.last().expect("there are sizes");
    println!(
        "compile: {} nodes check {:.2} s, exponent {:.2}",
        last.nodes,
        last.check.seconds,
        exponent(&container, |row| row.check.processor)
    );
    Ok(())
}

/// The slope of log time over log nodes, from 200 nodes to the most.
fn exponent(rows: &[Row], time: fn(&Row) -> f64) -> f64 {
    let (from, to) = (&rows[1], &rows[rows.len() - 1]);
    (time(to) / time(from)).ln() / (to.nodes as f64 / from.nodes as f64).ln()
}

fn measure(side: Side) -> io::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for nodes in SIZES {
        let shape = Shape {
            nodes,
            handlers: HANDLERS,
            edited: false,
        };
        let app = App::write(shape, side)?;
        let row = Row {
            nodes,
            check: app.alone("check")?,
            build: app.alone("build")?,
            recheck: app.after_an_edit()?,
        };
        let (check, build, recheck) = (row.check, row.build, row.recheck);
        println!(
            "{:<8}{nodes:>6}{:>9.2}{:>7.2}{:>5.0}{:>9.2}{:>7.2}{:>5.0}{:>11.2}{:>7.2}",
            side.name(),
            check.seconds,
            check.processor,
            check.megabytes,
            build.seconds,
            build.processor,
            build.megabytes,
            recheck.seconds,
            recheck.processor
        );
        rows.push(row);
    }
    Ok(rows)
}

/// A generated crate.
struct App {
    shape: Shape,
    side: Side,
    dir: PathBuf,
}

impl App {
    fn write(shape: Shape, side: Side) -> io::Result<Self> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let name = match side {
            Side::Hand => format!("hand{}", shape.nodes),
            Side::Container => format!("container{}", shape.nodes),
        };
        let dir = crate::beside("compile")?.join(&name);
        fs::create_dir_all(dir.join("src"))?;
        // The versions are those of the workspace, which are there already: cargo needs no network.
        fs::copy(workspace.join("Cargo.lock"), dir.join("Cargo.lock"))?;
        let facade = workspace.join("di-axum");
        fs::write(
            dir.join("Cargo.toml"),
            format!(
                "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
                 axum = {{ version = \"0.8\", default-features = false }}\ndi-axum = {{ path = {facade:?} }}\n"
            ),
        )?;
        let app = Self { shape, side, dir };
        app.write_source(false)?;
        Ok(app)
    }

    fn write_source(&self, edited: bool) -> io::Result<()> {
        let shape = Shape {
            edited,
            ..self.shape
        };
        for (name, text) in shape.files(self.side) {
            let path = self.dir.join("src").join(name);
            fs::write(path, text)?;
        }
        Ok(())
    }

    /// The crate alone, not incremental.
    fn alone(&self, command: &str) -> io::Result<Cost> {
        self.cargo(command, false)?;
        let mut least: Option<Cost> = None;
        for _ in 0..2 {
            self.write_source(false)?;
            let cost = self.cargo(command, false)?;
            least = Some(least.map_or(cost, |least| least.least(cost)));
        }
        Ok(least.expect("two runs"))
    }

    /// An incremental check after one node was edited.
    fn after_an_edit(&self) -> io::Result<Cost> {
        self.cargo("check", true)?;
        self.write_source(true)?;
        let there = self.cargo("check", true)?;
        self.write_source(false)?;
        Ok(there.least(self.cargo("check", true)?))
    }

    fn cargo(&self, command: &str, incremental: bool) -> io::Result<Cost> {
        let cargo = crate::cargo();
        let (started, before) = (Instant::now(), processor_of_children());
        let mut child = Command::new(cargo)
            .args([command, "--quiet", "--offline"])
            .current_dir(&self.dir)
            .env("CARGO_TARGET_DIR", crate::beside("compile")?.join("target"))
            .env("CARGO_INCREMENTAL", if incremental { "1" } else { "0" })
            .stdin(Stdio::null())
            .spawn()?;
        let mut peak = 0;
        let status = loop {
            peak = peak.max(peak_of_children(&child));
            if let Some(status) = child.try_wait()? {
                break status;
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        if !status.success() {
            let place = self.dir.display();
            return Err(io::Error::other(format!(
                "cargo {command} failed in {place}"
            )));
        }
        Ok(Cost {
            seconds: started.elapsed().as_secs_f64(),
            processor: processor_of_children() - before,
            megabytes: peak as f64 / 1024.0,
        })
    }
}

/// The processor time of all commands that have ended, theirs included, in seconds: the fields `cutime` and `cstime`, of
/// which Linux counts 100 a second for programs.
fn processor_of_children() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The program's name may contain spaces; what follows its parenthesis is field 3.
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    let ticks = fields
        .split(' ')
        .skip(13)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

/// The most memory, in KiB, that any process had so far which cargo has started and which still runs.
fn peak_of_children(cargo: &Child) -> u64 {
    let Ok(tasks) = fs::read_dir(format!("/proc/{}/task", cargo.id())) else {
        return 0;
    };
    let children = tasks
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok())
        .collect::<Vec<_>>()
        .join(" ");
    let peaks = children.split_whitespace().filter_map(|child| {
        let status = fs::read_to_string(format!("/proc/{child}/status")).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    });
    peaks.max().unwrap_or(0)
}
