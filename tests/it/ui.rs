//! The UI tests: what the compiler says about mistakes. See `tests/ui/README.md`.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// What rustc prints, to the letter.
#[test]
fn snapshots() {
    trybuild::TestCases::new().compile_fail("ui/*/fail/*.rs");
}

/// Code, line, number and content of errors and of our warnings, independent of how rustc words and draws them; and no
/// error in the corrected twins. All of them in one run of cargo.
#[test]
fn expectations() {
    let (cases, twins) = (cases("fail"), cases("pass"));
    assert!(
        cases.len() > 100 && twins.len() > 100,
        "some UI tests were not found"
    );
    let mut programs = cases.clone();
    programs.extend(twins.clone());
    let said = check(&programs);
    let mut wrong = String::new();
    for (name, path) in &programs {
        let source = fs::read_to_string(path).expect("the file was just found");
        let expected = Expectation::parse(&source);
        let found = said.get(name).map_or(&[][..], Vec::as_slice);
        let is_mistake = cases.contains_key(name);
        if let Err(difference) = expected.compare(found, is_mistake) {
            writeln!(wrong, "{}:\n{difference}", path.display()).expect("a string takes any text");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Every mistake has a twin without it; the exceptions say why they have none.
#[test]
fn every_mistake_has_a_corrected_twin() {
    for path in cases("fail").into_values() {
        let source = fs::read_to_string(&path).expect("the file was just found");
        let twin = Path::new(&path.to_string_lossy().replace("/fail/", "/pass/")).to_path_buf();
        let excused = source.contains("//! no twin:");
        assert!(
            twin.exists() != excused,
            "{} needs a twin, or `//! no twin: WHY`",
            path.display()
        );
    }
}

/// The README shows a mistake's error as it really looks; only the file and its lines have other names there.
#[test]
fn the_readme_shows_a_real_error() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("../README.md")).expect("there is a README");
    let real = fs::read_to_string(root.join("ui/readme/fail/missing.stderr")).expect("a snapshot");
    let (_, rest) = readme
        .split_once("```text\n")
        .expect("the README shows an error");
    let (shown, _) = rest.split_once("```").expect("the block ends");
    let plain = |line: &str| -> String {
        let line = line
            .replace("$DIR/", "")
            .replace("ui/readme/fail/missing.rs", "src/main.rs");
        line.chars().filter(|c| !c.is_ascii_digit()).collect()
    };
    let real: Vec<String> = real.lines().map(plain).collect();
    let shown: Vec<String> = shown.lines().map(plain).collect();
    assert!(
        shown.len() > 5 && real.starts_with(&shown),
        "{shown:#?}\nis not how it looks:\n{real:#?}"
    );
}

/// The examples of docs/errors.md are UI tests, to the letter.
#[test]
fn the_page_of_errors_shows_what_is_tested() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("docs/errors.md")).expect("there is a page");
    let mut examples = 0;
    for block in page.split("<!-- ").skip(1) {
        let (path, rest) = block.split_once(" -->").expect("the comment ends");
        let code = rest.split("```").nth(1).expect("an example follows");
        let (_, code) = code
            .split_once('\n')
            .expect("the fence has a line of its own");
        let file =
            fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let tested: Vec<&str> = file
            .lines()
            .filter(|line| !line.starts_with("//!"))
            .collect();
        assert_eq!(code.trim(), tested.join("\n").trim(), "{path}");
        examples += 1;
    }
    assert!(examples >= 24, "only {examples} examples were found");
}

/// Every code that a message has, has a section on the page.
#[test]
fn the_page_of_errors_has_every_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("docs/errors.md")).expect("there is a page");
    let titles: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("## "))
        .collect();
    let mut open = ["di-core/src", "di-macros/src", "di-axum/src"]
        .map(|path| root.join(path))
        .to_vec();
    let mut codes = 0;
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(entries(&path));
            continue;
        }
        let source = fs::read_to_string(&path).expect("it is text");
        for (at, _) in source.match_indices("[DI") {
            let Some(code) = source.get(at + 1..at + 6) else {
                continue;
            };
            if code[2..].chars().all(|c| c.is_ascii_digit()) {
                assert!(titles.iter().any(|title| title.contains(code)), "{code}");
                codes += 1;
            }
        }
    }
    assert!(codes > 40, "only {codes} were found");
}

/// The failing files, or their twins, by a name that is unique.
fn cases(kind: &str) -> BTreeMap<String, PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let mut cases = BTreeMap::new();
    for folder in entries(&root).filter(|path| path.is_dir()) {
        for path in entries(&folder.join(kind)) {
            if path.extension().is_some_and(|extension| extension == "rs") {
                let name = [&folder, &path].map(|path| {
                    path.file_stem()
                        .expect("a name")
                        .to_string_lossy()
                        .into_owned()
                });
                cases.insert(format!("{kind}-{}", name.join("-")), path);
            }
        }
    }
    cases
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder)
        .map(Iterator::collect::<Vec<_>>)
        .unwrap_or_default();
    entries
        .into_iter()
        .map(|entry| entry.expect("a readable folder").path())
}

/// One error of the compiler, or one warning with a code of ours.
struct Said {
    level: String,
    code: String,
    line: u64,
    text: String,
}

/// Checks all files at once, as the programs of a package beside the build's own files.
fn check(cases: &BTreeMap<String, PathBuf>) -> BTreeMap<String, Vec<Said>> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ui");
    fs::create_dir_all(&package).expect("the target folder is writable");
    fs::write(package.join("Cargo.toml"), manifest(tests, cases)).expect("as above");
    let lock = fs::read(tests.join("../Cargo.lock")).expect("the workspace is locked");
    fs::write(package.join("Cargo.lock"), lock).expect("as above");
    let output = Command::new(env!("CARGO"))
        .args([
            "check",
            "--quiet",
            "--bins",
            "--keep-going",
            "--message-format=json",
        ])
        .current_dir(&package)
        .env("CARGO_TARGET_DIR", package.join("target"))
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs this test");
    let said = parse(&String::from_utf8_lossy(&output.stdout));
    assert!(
        !said.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}

fn manifest(tests: &Path, cases: &BTreeMap<String, PathBuf>) -> String {
    let mut manifest = format!(
        "[package]\nname = \"ui\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
         async-stream = \"*\"\nasync-trait = \"*\"\nfutures-util = {{ version = \"*\", default-features = false }}\n\
         axum = {{ version = \"*\", default-features = false, features = [\"http1\", \"json\", \"tokio\"] }}\n\
         tokio = {{ version = \"*\", features = [\"macros\", \"net\", \"rt-multi-thread\"] }}\n\
         di-axum = {{ path = {:?}, features = [\"testing\"] }}\ndi-fixture-billing = {{ path = {:?} }}\n",
        tests.join("../di-axum"),
        tests.join("fixtures/billing"),
    );
    for (name, path) in cases {
        write!(manifest, "[[bin]]\nname = {name:?}\npath = {path:?}\n")
            .expect("a string takes any text");
    }
    manifest
}

fn parse(stdout: &str) -> BTreeMap<String, Vec<Said>> {
    let mut said: BTreeMap<String, Vec<Said>> = BTreeMap::new();
    for line in stdout.lines() {
        let message: Value = serde_json::from_str(line).expect("cargo prints json");
        let diagnostic = &message["message"];
        let primary = diagnostic["spans"]
            .as_array()
            .and_then(|spans| spans.iter().find(|span| span["is_primary"] == true));
        // The closing "aborting due to .." has no place.
        let Some(primary) = primary else { continue };
        let level = diagnostic["level"].as_str().expect("a level").to_string();
        let target = message["target"]["name"]
            .as_str()
            .expect("a target has a name");
        let text = diagnostic["rendered"]
            .as_str()
            .expect("rendered")
            .to_string();
        let line = primary["line_start"].as_u64().expect("a line");
        let code = code(
            diagnostic["message"].as_str().expect("a text"),
            &diagnostic["code"]["code"],
        );
        if level == "error" || code.starts_with("DI") {
            let said = said.entry(target.to_string()).or_default();
            said.push(Said {
                level,
                code,
                line,
                text,
            });
        }
    }
    for errors in said.values_mut() {
        errors.sort_by_key(|error| error.line);
    }
    said
}

/// Our code, else rustc's.
fn code(message: &str, rustc: &Value) -> String {
    let ours = message
        .find("[DI")
        .and_then(|at| message.get(at + 1..at + 6));
    ours.or_else(|| rustc.as_str())
        .unwrap_or("plain")
        .to_string()
}

/// What the top of a file says about its errors and warnings.
struct Expectation {
    found: Vec<String>,
    says: Vec<String>,
}

impl Expectation {
    fn parse(source: &str) -> Self {
        let lines = |key: &str| {
            let lines = source.lines().filter_map(|line| line.strip_prefix(key));
            lines.map(|line| line.trim().to_string()).collect()
        };
        let found = source
            .lines()
            .filter_map(|line| line.strip_prefix("//! "))
            .filter(|line| line.starts_with("error: ") || line.starts_with("warning: "));
        Expectation {
            found: found.map(str::to_string).collect(),
            says: lines("//! says:"),
        }
    }

    fn compare(&self, said: &[Said], is_mistake: bool) -> Result<(), String> {
        let found: Vec<String> = said
            .iter()
            .map(|said| format!("{}: {} at {}", said.level, said.code, said.line))
            .collect();
        let text: String = said.iter().map(|said| said.text.as_str()).collect();
        if is_mistake && (self.found.is_empty() || self.says.is_empty()) {
            return Err(format!(
                "  it does not say what is expected; the errors are {found:?}\n{text}"
            ));
        }
        if found != self.found {
            return Err(format!(
                "  expected {:?}\n  found    {found:?}\n{text}",
                self.found
            ));
        }
        let mut rest = text.as_str();
        for says in &self.says {
            match rest.find(says.as_str()) {
                Some(at) => rest = &rest[at + says.len()..],
                None => return Err(format!("  expected, in this order: {says}\n{text}")),
            }
        }
        Ok(())
    }
}
