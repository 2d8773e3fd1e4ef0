//! A headless Chromium, driven through its DevTools protocol: <https://chromedevtools.github.io/devtools-protocol/>.
//!
//! Why not a crate: what the tests need is a dozen commands, and a WebSocket and JSON are here anyway. chromiumoxide compiles the whole protocol, and
//! fantoccini's WebDriver tells neither requests nor what the console says.

use std::{process::Stdio, time::Duration};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpStream,
    process::{Child, Command},
    time::{Instant, timeout, timeout_at},
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use crate::tools::{program, skip};

/// No step of a test takes longer, on a busy machine either.
const PATIENCE: Duration = Duration::from_secs(60);

/// One page of a browser of its own, both gone when this is dropped.
pub(crate) struct Page {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: Option<String>,
    last: u64,
    /// The addresses of all requests.
    pub(crate) requests: Vec<String>,
    /// Errors and warnings of the console, and what scripts threw.
    pub(crate) complaints: Vec<String>,
    _browser: Child,
    _dir: TempDir,
}

impl Page {
    /// An empty page; none where there is no browser, which is said.
    pub(crate) async fn open() -> Option<Self> {
        let Some(binary) = program(&["chromium", "chromium-browser", "google-chrome"]) else {
            skip("chromium");
            return None;
        };
        let dir = tempfile::tempdir().expect("a directory can be made");
        let mut browser = Command::new(binary)
            // The sandbox needs rights that a container may not give; all that is loaded here is ours.
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
            ])
            .args([
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
            ])
            .args([
                "--hide-scrollbars",
                "--force-device-scale-factor=1",
                "--remote-debugging-port=0",
            ])
            // Nothing leaves this machine, whatever the page asks for.
            .arg("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
            .arg(format!("--user-data-dir={}", dir.path().display()))
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the browser starts");
        let stderr = browser.stderr.take().expect("it is piped");
        let (address, rest) = timeout(PATIENCE, address(BufReader::new(stderr)))
            .await
            .expect("the browser says where it listens");
        // It would stop at a full pipe.
        tokio::spawn(drain(rest));
        let (socket, _) = connect_async(address).await.expect("it listens");
        let mut page = Page {
            socket,
            session: None,
            last: 0,
            requests: Vec::new(),
            complaints: Vec::new(),
            _browser: browser,
            _dir: dir,
        };
        page.attach().await;
        Some(page)
    }

    async fn attach(&mut self) {
        let target = self
            .call("Target.createTarget", json!({ "url": "about:blank" }))
            .await;
        let how = json!({ "targetId": target["targetId"], "flatten": true });
        let session = self.call("Target.attachToTarget", how).await;
        self.session = session["sessionId"].as_str().map(str::to_string);
        for domain in ["Page", "Runtime", "Network", "Log"] {
            self.call(&format!("{domain}.enable"), json!({})).await;
        }
        self.resize(1400, 900).await;
    }

    /// Runs a command of the protocol.
    async fn call(&mut self, method: &str, params: Value) -> Value {
        let mut answer = self.ask(method, params).await;
        assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
        answer["result"].take()
    }

    /// The same, with what it says when it fails.
    async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let id = self.last;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let text = Message::text(message.to_string());
        self.socket.send(text).await.expect("the browser listens");
        let end = Instant::now() + PATIENCE;
        loop {
            let message = timeout_at(end, self.socket.next()).await;
            let message = message.unwrap_or_else(|_| {
                panic!(
                    "no answer to {method} {params}; the console: {:?}",
                    self.complaints
                )
            });
            let message = message.expect("the browser runs").expect("it speaks");
            let Message::Text(text) = message else {
                continue;
            };
            let message: Value = serde_json::from_str(&text).expect("it speaks JSON");
            if message["id"] == json!(id) {
                return message;
            }
            self.note(&message);
        }
    }

    fn note(&mut self, event: &Value) {
        let params = &event["params"];
        let complaint = match event["method"].as_str() {
            Some("Network.requestWillBeSent") => {
                let url = params["request"]["url"].as_str().unwrap_or_default();
                self.requests.push(url.to_string());
                return;
            }
            Some("Runtime.exceptionThrown") => &params["exceptionDetails"],
            Some("Runtime.consoleAPICalled")
                if params["type"] == "error" || params["type"] == "warning" =>
            {
                &params["args"]
            }
            Some("Log.entryAdded") if params["entry"]["level"] == "error" => &params["entry"],
            _ => return,
        };
        self.complaints.push(complaint.to_string());
    }

    pub(crate) async fn goto(&mut self, url: &str) {
        self.call("Page.navigate", json!({ "url": url })).await;
    }

    /// The value of an expression, or of the promise that it is.
    pub(crate) async fn eval(&mut self, expression: &str) -> Value {
        let how = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.call("Runtime.evaluate", how).await;
        let thrown = &answer["exceptionDetails"];
        assert!(thrown.is_null(), "{expression:.200} threw {thrown}");
        answer["result"]["value"].take()
    }

    /// Waits until an expression is true: the page looks each time that it draws.
    pub(crate) async fn until(&mut self, expression: &str) {
        // While the page is being loaded there may be nothing of it yet.
        let holds = format!(
            "(() => {{ try {{ return Boolean({expression}) }} catch {{ return false }} }})()"
        );
        let expression = format!(
            "new Promise((done) => {{ const look = () => ({holds} ? done(true) : requestAnimationFrame(look)); look(); }})"
        );
        let how = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let end = Instant::now() + PATIENCE;
        // A promise is gone with its page, when another one is loaded.
        while self.ask("Runtime.evaluate", how.clone()).await["error"].is_object() {
            assert!(Instant::now() < end, "never: {holds}");
        }
    }

    /// Waits until the graph is drawn.
    pub(crate) async fn until_drawn(&mut self) {
        self.until("document.documentElement.dataset.ready && !document.querySelector('#graph[aria-busy]')").await;
    }

    /// The text of the element that a selector finds.
    pub(crate) async fn text(&mut self, selector: &str) -> String {
        let text = self
            .eval(&format!(
                "document.querySelector({})?.textContent",
                json!(selector)
            ))
            .await;
        text.as_str().unwrap_or_default().to_string()
    }

    /// Presses a key, as named by `KeyboardEvent.key`.
    pub(crate) async fn press(&mut self, key: &str) {
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            "Tab" => 9,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            _ => 0,
        };
        let text = match key {
            "Enter" => Some("\r"),
            key if key.chars().count() == 1 => Some(key),
            _ => None,
        };
        let down = json!({ "type": "keyDown", "key": key, "windowsVirtualKeyCode": code, "text": text.unwrap_or_default() });
        self.call("Input.dispatchKeyEvent", down).await;
        let up = json!({ "type": "keyUp", "key": key, "windowsVirtualKeyCode": code });
        self.call("Input.dispatchKeyEvent", up).await;
    }

    pub(crate) async fn write(&mut self, text: &str) {
        self.call("Input.insertText", json!({ "text": text })).await;
    }

    /// Clicks the middle of the element that a selector finds.
    pub(crate) async fn click(&mut self, selector: &str) {
        let [x, y] = self.middle(selector).await;
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            let button = if kind == "mouseMoved" { "none" } else { "left" };
            self.mouse(json!({ "type": kind, "x": x, "y": y, "button": button, "clickCount": 1 }))
                .await;
        }
    }

    pub(crate) async fn mouse(&mut self, event: Value) {
        self.call("Input.dispatchMouseEvent", event).await;
    }

    /// The middle of an element, in pixels of the view.
    pub(crate) async fn middle(&mut self, selector: &str) -> [f64; 2] {
        let script = format!(
            "(() => {{ const r = document.querySelector({}).getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] }})()",
            json!(selector)
        );
        let middle = self.eval(&script).await;
        [0, 1].map(|k| {
            middle[k]
                .as_f64()
                .unwrap_or_else(|| panic!("{selector} is nowhere"))
        })
    }

    pub(crate) async fn resize(&mut self, width: u32, height: u32) {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", metrics)
            .await;
    }

    /// What the system is said to prefer: `light` or `dark`.
    pub(crate) async fn prefer(&mut self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
        .await;
    }

    /// A picture of the page, as base64 of a PNG.
    pub(crate) async fn picture(&mut self) -> String {
        let answer = self
            .call("Page.captureScreenshot", json!({ "format": "png" }))
            .await;
        answer["data"].as_str().unwrap_or_default().to_string()
    }
}

type Lines = tokio::io::Lines<BufReader<tokio::process::ChildStderr>>;

/// `DevTools listening on ws://127.0.0.1:..`
async fn address(stderr: BufReader<tokio::process::ChildStderr>) -> (String, Lines) {
    let mut lines = stderr.lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(address) = line.strip_prefix("DevTools listening on ") {
            return (address.to_string(), lines);
        }
    }
    panic!("the browser ended");
}

async fn drain(mut lines: Lines) {
    while let Ok(Some(_)) = lines.next_line().await {}
}
