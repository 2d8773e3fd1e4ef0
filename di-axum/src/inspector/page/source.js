// Where the data come from: this page's server, or the page itself, when it was written to a file.
import { announce, byId, say } from "./dom.js";

/** The graph in this file, if it is there. */
const EMBEDDED = byId("graph-data");

/** Whether there is a server that tells what runs. */
export const isServed = EMBEDDED === null;

/** The graph. */
export async function graphData() {
  return isServed ? json("graph.json") : JSON.parse(EMBEDDED.textContent);
}

/** What start-up took; null where that is not known. */
export async function startupData() {
  return isServed ? json("startup.json").catch(() => null) : null;
}

async function json(name) {
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response.json();
}

/** Calls `heard` with each snapshot. A stream that ends or breaks is opened again, after a while that grows to 10 seconds. */
export function listen(heard) {
  let failures = 0;
  const connect = () => {
    const events = new EventSource("events");
    events.addEventListener("snapshot", (event) => {
      failures = 0;
      connected("live", "live");
      heard(JSON.parse(event.data));
    });
    // The browser's own attempts end at the first answer that is no stream, such as that of a proxy while the app restarts.
    events.onerror = () => {
      events.close();
      connected("lost", "not connected");
      setTimeout(connect, Math.min(500 * 2 ** failures++, 10_000));
    };
  };
  connected("none", "connecting");
  connect();
}

function connected(name, text) {
  const shown = byId("connection");
  if (shown.dataset.state === name && shown.textContent === text) return;
  const isNews = name === "lost" || shown.dataset.state === "lost";
  shown.dataset.state = name;
  say(shown, text);
  if (isNews) announce(name === "lost" ? "The connection to the app is lost" : "Connected again");
}
